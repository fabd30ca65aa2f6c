import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiCall, apiClient } from './api-client.ts';
import type { Settings } from './env-file.ts';
import type { Ports } from './ports.ts';
import { type FollowedNotification, trailText } from './trail.ts';

const settledTimeoutMs = 30_000;
const pollMs = 150;
const settled = ['sent', 'delivered', 'read', 'failed', 'cancelled', 'suppressed', 'expired', 'unknown'];
const userId = 'demo-user';

/**
 * Shows one notification's way through the public API: its email is refused, its SMS arrives. Prints the trail.
 *
 * @returns false when it did not arrive by SMS; the reason is printed
 */
export async function runDemonstration({ ports, settings }: { ports: Ports; settings: Settings }): Promise<boolean> {
  const call = apiClient(`http://127.0.0.1:${ports.gateway}`, settings['API_KEY'] ?? '');
  // A hard bounce suppresses an address for good, so each start uses a fresh one.
  const email = `bounce-${randomBytes(4).toString('hex')}@sandbox.test`;
  console.log(`\nDemonstration: a "welcome" for ${userId}, by email to ${email} (the sandbox refuses it), else by SMS`);
  try {
    await call('PUT', `/api/v1/users/${userId}`, { email, phone: '+14155550123', name: 'Demo User' });
    const accepted = await call<{ notification_id: string }>('POST', '/api/v1/notifications', {
      user_id: userId,
      notification_type: 'welcome',
      content: { title: 'Welcome', body: 'Good to have you here.' },
      channels: ['email', 'sms'],
    });
    const notification = await follow(call, accepted.notification_id);
    console.log(trailText(notification));
    const arrived = notification.channel === 'sms' && ['sent', 'delivered'].includes(notification.status);
    if (!arrived)
      console.error(`The demonstration did not end as expected: ${notification.status} by ${notification.channel}.`);
    return arrived;
  } catch (error) {
    console.error(`The demonstration failed: ${(error as Error).message}`);
    return false;
  }
}

/** Asks until the notification is settled, or gives back what is known after 30 s. */
async function follow(call: ApiCall, id: string): Promise<FollowedNotification> {
  const deadline = Date.now() + settledTimeoutMs;
  for (;;) {
    const notification = await call<FollowedNotification>('GET', `/api/v1/notifications/${id}`);
    // The record is folded from events: the status of the email's failure may be there before the SMS has begun.
    if (settled.includes(notification.status) || Date.now() > deadline) return notification;
    await sleep(pollMs);
  }
}
