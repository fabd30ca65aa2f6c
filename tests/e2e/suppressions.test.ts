import { expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import {
  api,
  arrived,
  createUser,
  eventsOf,
  freshEmail,
  freshPhone,
  injectFault,
  outcomesOf,
  send,
  settled,
} from './system.ts';

const content = { title: 'Hello', body: 'It works' };

async function suppressionsOf(address: string): Promise<{ id: string; reason: string }[]> {
  return (await api('GET', `/api/v1/suppressions?address=${encodeURIComponent(address)}`)).body.data;
}
const sendTo = async (userId: string) =>
  settled((await send({ user_id: userId, content, channels: ['email', 'sms'] })).notification_id);

test('an address that bounced is passed over the next time, until its suppression is deleted', async () => {
  const [email, phone] = [freshEmail('bounce'), freshPhone()];
  const userId = await createUser({ email, phone });
  expect(outcomesOf((await sendTo(userId)).attempts)).toEqual(['email failed recipient', 'sms sent']);
  const [suppression] = await eventually(async () => {
    const found = await suppressionsOf(email);
    return found.length === 1 && found;
  });
  expect(suppression).toMatchObject({ channel: 'email', address: email, reason: 'hard_bounce' });

  const passedOver = await eventually(async () => {
    const notification = await sendTo(userId);
    return eventsOf(notification).includes('skipped email suppressed_bounce') && notification;
  });
  expect(passedOver).toMatchObject({ status: 'sent', channel: 'sms' });
  expect(outcomesOf(passedOver.attempts)).toEqual(['sms sent']);

  expect((await api('DELETE', `/api/v1/suppressions/${suppression?.id}`)).status).toBe(204);
  expect(outcomesOf((await sendTo(userId)).attempts)).toEqual(['email failed recipient', 'sms sent']);
});

test('the reason with which an address was brought along is that of the notification that is not sent', async () => {
  const email = freshEmail();
  const brought = { channel: 'email', address: email, reason: 'opted_out' };
  expect(await api('POST', '/api/v1/suppressions', brought)).toMatchObject({ status: 201, body: brought });
  const userId = await createUser({ email });
  const suppressed = await settled((await send({ user_id: userId, content, channels: ['email'] })).notification_id);
  expect(eventsOf(suppressed)).toContain('skipped email suppressed_opted_out');
});

test('the vendor is not called for a suppressed address, and is again once it may be', async () => {
  const email = freshEmail();
  const userId = await createUser({ email });
  const { body: suppression } = await api('POST', '/api/v1/suppressions', { channel: 'email', address: email });
  // Had it been called, this fault would be used up.
  await injectFault({ provider: 'smtp', to: email, kind: 'reject_content', times: 1 });
  const request = { user_id: userId, content, channels: ['email'] };
  const suppressed = await settled((await send(request)).notification_id);
  expect(suppressed).toMatchObject({ status: 'suppressed', attempts: [] });
  expect(eventsOf(suppressed)).toEqual([
    'accepted',
    'skipped email suppressed_manual',
    'suppressed email suppressed_manual',
  ]);

  await api('DELETE', `/api/v1/suppressions/${suppression.id}`);
  const called = await settled((await send(request)).notification_id);
  expect(outcomesOf(called.attempts)).toEqual(['email failed permanent']);
  await settled((await send(request)).notification_id);
  expect(await arrived({ to: email })).toHaveLength(1);
});

test('a plan of nothing but suppressed channels ends as suppressed, and synchronously as undeliverable', async () => {
  const [email, phone] = [freshEmail(), freshPhone()];
  for (const suppression of [
    { channel: 'email', address: email },
    { channel: 'sms', address: phone },
  ]) {
    expect((await api('POST', '/api/v1/suppressions', suppression)).status).toBe(201);
  }
  const notification = await sendTo(await createUser({ email: email.toUpperCase(), phone }));
  expect(notification).toMatchObject({ status: 'suppressed', attempts: [] });
  expect(eventsOf(notification)).toEqual(
    expect.arrayContaining(['skipped email suppressed_manual', 'skipped sms suppressed_manual']),
  );

  const sync = await api('POST', '/api/notify', { to: { email, phone }, message: 'Your code is 123456', type: 'otp' });
  expect(sync).toMatchObject({ status: 422, body: { code: 'undeliverable', attempts: [] } });
});
