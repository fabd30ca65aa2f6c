import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { api, arrived, clearFaults, eventsOf, freshEmail, freshPhone, injectFault, send, settled } from './system.ts';

afterEach(clearFaults);

const content = { title: 'T', body: 'B' };
/** A breaker that was opened lets the first call through after 30 s. */
const RETURN_TIMEOUT_MS = 90_000;
/** More successes than the mail provider has slots: then it has them all again, and the next test finds it as it was. */
const UNTIL_WHOLLY_BACK = 20;

const sendToBoth = () =>
  send({ to: { email: freshEmail(), phone: freshPhone() }, content, channels: ['email', 'sms'] });

test('while a vendor is out the next channel takes over at once, what has none waits, and both end when the vendor is back', async () => {
  await injectFault({ provider: 'smtp', kind: 'transient' });
  // What was sent before counts as well, for ten seconds: one load may not be enough to open the breaker.
  const unavailable = await eventually(async () => {
    const load = await Promise.all(Array.from({ length: 60 }, sendToBoth));
    for (const { notification_id: id } of load) {
      expect(await settled(id)).toMatchObject({ status: 'sent', channel: 'sms' });
      expect(await arrived({ notification_id: id })).toMatchObject([{ channel: 'sms' }]);
    }
    const latest = await settled((await sendToBoth()).notification_id);
    return latest.attempts.every(({ channel }) => channel === 'sms') && latest;
  }, RETURN_TIMEOUT_MS);
  expect(unavailable).toMatchObject({ status: 'sent', channel: 'sms' });
  expect(eventsOf(unavailable)).toContain('skipped email providers_unavailable');

  const { status, body } = await api('POST', '/api/notify', {
    to: { email: freshEmail(), phone: freshPhone() },
    message: 'Your code is 123456',
    type: 'otp',
  });
  expect(status).toBe(207);
  expect(body).toMatchObject({ channel: 'sms', fallback_used: true, attempts: [{ channel: 'sms' }] });

  const { notification_id: waiting } = await send({ to: { email: freshEmail() }, content, priority: 'critical' });
  await eventually(async () => {
    const { body } = await api('GET', `/api/v1/notifications/${waiting}`);
    return eventsOf(body).includes('deferred email providers_unavailable');
  });

  await clearFaults();
  const sent = await settled(waiting, RETURN_TIMEOUT_MS);
  expect(sent).toMatchObject({ status: 'sent', channel: 'email' });
  expect(sent.attempts.at(-1)).toMatchObject({ provider: 'smtp', status: 'sent' });
  for (let n = 0; n < UNTIL_WHOLLY_BACK; n += 1) {
    const { notification_id: id } = await sendToBoth();
    expect(await settled(id)).toMatchObject({ status: 'sent', channel: 'email' });
  }
}, 240_000);
