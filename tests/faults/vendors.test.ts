import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { api, arrived, clearFaults, freshEmail, freshPhone, injectFault } from '../e2e/system.ts';
import { type FaultCase, faultCase } from './fault-case.ts';
import { content, type Request } from './load.ts';

const vendor = (options: Omit<FaultCase, 'group'>) => faultCase({ group: 'Vendors', ...options });

/** Critical ones try again after seconds where others wait half a minute. */
const toPhone = (): Request => ({ to: { phone: freshPhone() }, content, priority: 'critical' });
const toBoth = (): Request => ({
  to: { email: freshEmail(), phone: freshPhone() },
  content,
  channels: ['email', 'sms'],
});

const injectFor = async (fault: Record<string, unknown>, durationMs: number): Promise<void> => {
  await injectFault(fault);
  await sleep(durationMs);
  await clearFaults();
};

vendor({
  fault: 'SMS answers after 1 s, for 10 s',
  load: { total: 500, overMs: 10_000, requestOf: toPhone },
  strike: () => injectFor({ provider: 'twilio', kind: 'slow', latency_ms: 1_000 }, 10_000),
});

vendor({
  fault: 'SMS answers 429 with Retry-After, 100 times',
  load: { total: 300, overMs: 3_000, requestOf: toPhone },
  strike: () => injectFault({ provider: 'twilio', kind: 'rate_limit', retry_after_seconds: 2, times: 100 }),
});

vendor({
  fault: 'SMS answers 5xx, 100 times',
  load: { total: 300, overMs: 3_000, requestOf: toPhone },
  strike: () => injectFault({ provider: 'twilio', kind: 'transient', times: 100 }),
});

vendor({
  fault: 'SMS cuts the connection before it has taken the message, 20 times',
  load: { total: 300, overMs: 3_000, requestOf: toPhone },
  strike: () => injectFault({ provider: 'twilio', kind: 'reset_before_accept', times: 20 }),
});

vendor({
  fault: 'SMS takes the message and cuts the connection, 20 times',
  load: { total: 300, overMs: 3_000, requestOf: toPhone },
  strike: () => injectFault({ provider: 'twilio', kind: 'accept_then_reset', times: 20 }),
  slots: 20,
});

vendor({
  fault: 'SMS never answers, 10 times',
  load: { total: 200, overMs: 2_000, requestOf: toPhone },
  strike: () => injectFault({ provider: 'twilio', kind: 'timeout', times: 10 }),
  slots: 10,
});

vendor({
  fault: 'Mail takes the message and cuts the connection, 10 times: SMS takes over',
  load: { total: 300, overMs: 3_000, requestOf: toBoth },
  strike: () => injectFault({ provider: 'smtp', kind: 'accept_then_reset', times: 10 }),
  slots: 10,
});

vendor({
  fault: 'Mail is out for 10 s: SMS takes over, and mail returns',
  load: { total: 600, overMs: 15_000, requestOf: toBoth },
  strike: () => injectFor({ provider: 'smtp', kind: 'transient' }, 10_000),
  async alsoExpect({ load }) {
    const bySms = (await arrived({ channel: 'sms', limit: '20000' })).length;
    expect(bySms).toBeGreaterThan(0);
    expect(bySms).toBeLessThan(load.accepted.length);
    const returnSeconds = await secondsUntilMailReturns();
    return `${bySms} went by SMS; mail was in use again ${returnSeconds.toFixed(0)} s after the last of them`;
  },
});

async function secondsUntilMailReturns(): Promise<number> {
  const startedAt = Date.now();
  for (;;) {
    const { body: accepted } = await api('POST', '/api/v1/notifications', toBoth());
    await sleep(1_000);
    const { body } = await api('GET', `/api/v1/notifications/${accepted.notification_id}`);
    if (body.channel === 'email' && body.status === 'sent') return (Date.now() - startedAt) / 1000;
    if (Date.now() - startedAt > 90_000) throw new Error('mail is still not in use');
  }
}
