import { eventually } from '@notify/testing';
import { api, freshEmail, freshPhone, unique } from '../e2e/system.ts';
import { waitingMessages } from './broker.ts';
import { content } from './load.ts';

/** A breaker that was opened lets the first call through after 30 s. */
const TIMEOUT_MS = 120_000;

const probes = [
  () => ({ to: { email: freshEmail('probe') }, content }),
  () => ({ to: { phone: freshPhone() }, content }),
  () => ({ to: { device_tokens: [unique('probe')] }, content }),
];

/** Waits until every channel sends at the first try and nothing is left over from before: a fault must not pay for another. */
export async function systemIsWhole(): Promise<void> {
  for (const probe of probes) {
    await eventually(async () => {
      const { status, body } = await api('POST', '/api/v1/notifications', probe());
      return status === 202 && (await isSentAtOnce(body.notification_id));
    }, TIMEOUT_MS);
  }
  await eventually(async () => (await waitingMessages()) === 0, TIMEOUT_MS);
}

async function isSentAtOnce(id: string): Promise<boolean> {
  const notification = await eventually(async () => {
    const { status, body } = await api('GET', `/api/v1/notifications/${id}`);
    return status === 200 && body.status === 'sent' && body;
  }, 5_000).catch(() => undefined);
  return notification?.attempts.length === 1;
}
