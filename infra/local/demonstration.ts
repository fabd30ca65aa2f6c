import { randomBytes } from 'node:crypto';
import { createClient } from '@notify/client';
import type { Settings } from './env-file.ts';
import type { Ports } from './ports.ts';
import { trailText } from './trail.ts';

const userId = 'demo-user';

/**
 * Shows one notification's way through the public API: its email is refused, its SMS arrives. Prints the trail.
 *
 * @returns false when it did not arrive by SMS; the reason is printed
 */
export async function runDemonstration({ ports, settings }: { ports: Ports; settings: Settings }): Promise<boolean> {
  const client = createClient({ baseUrl: `http://127.0.0.1:${ports.gateway}`, apiKey: settings['API_KEY'] ?? '' });
  // A hard bounce suppresses an address for good, so each start uses a fresh one.
  const email = `bounce-${randomBytes(4).toString('hex')}@sandbox.test`;
  console.log(`\nDemonstration: a "welcome" for ${userId}, by email to ${email} (the sandbox refuses it), else by SMS`);
  try {
    await client.users.put(userId, { email, phone: '+14155550123', name: 'Demo User' });
    const { notification_id: id } = await client.notifications.send({
      user_id: userId,
      notification_type: 'welcome',
      content: { title: 'Welcome', body: 'Good to have you here.' },
      channels: ['email', 'sms'],
    });
    const notification = await client.notifications.waitUntilSettled(id, { timeoutMs: 30_000 });
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
