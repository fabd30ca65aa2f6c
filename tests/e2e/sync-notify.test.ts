import { afterEach, expect, test } from '@jest/globals';
import {
  api,
  arrived,
  clearFaults,
  eventsOf,
  freshEmail,
  freshPhone,
  injectFault,
  outcomesOf,
  refusedPhone,
  settled,
} from './system.ts';

afterEach(clearFaults);

const notify = (to: Record<string, string>, more: Record<string, unknown> = {}) =>
  api('POST', '/api/notify', { to, message: 'Your code is 123456', type: 'otp', ...more });

test('email taken: 200', async () => {
  const email = freshEmail();
  const { status, body } = await notify({ email, phone: freshPhone() }, { subject: 'Your code' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ status: 'sent', channel: 'email', fallback_used: false });
  expect(outcomesOf(body.attempts)).toEqual(['email sent']);
  expect(await arrived({ to: email })).toMatchObject([{ subject: 'Your code', notification_id: body.notification_id }]);
});

test('email refused, SMS taken: 207 with both attempts, and the record agrees', async () => {
  const phone = freshPhone();
  const { status, body } = await notify({ email: freshEmail('bounce'), phone });
  expect(status).toBe(207);
  expect(body).toMatchObject({ status: 'sent', channel: 'sms', fallback_used: true });
  expect(outcomesOf(body.attempts)).toEqual(['email failed recipient', 'sms sent']);
  expect(await arrived({ to: phone })).toMatchObject([{ body: 'Your code is 123456' }]);
  expect(eventsOf(await settled(body.notification_id))).toContain('failover email recipient');
});

test('a temporary failure of email is not waited for: SMS at once', async () => {
  const { status, body } = await notify({ email: freshEmail('tempfail'), phone: freshPhone() });
  expect(status).toBe(207);
  expect(outcomesOf(body.attempts)).toEqual(['email failed transient', 'sms sent']);
});

test('when neither address can ever work: 422 undeliverable', async () => {
  const { status, body } = await notify({ email: freshEmail('bounce'), phone: await refusedPhone() });
  expect(status).toBe(422);
  expect(body).toMatchObject({
    code: 'undeliverable',
    status: 422,
    attempts: [{ channel: 'email' }, { channel: 'sms' }],
  });
});

test('when both fail and one might work later: 500 delivery_failed, stored as failed', async () => {
  const { status, body, headers } = await notify({ email: freshEmail('bounce'), phone: freshPhone('+150055599') });
  expect(status).toBe(500);
  expect(body).toMatchObject({ code: 'delivery_failed' });
  expect(outcomesOf(body.attempts)).toEqual(['email failed recipient', 'sms failed transient']);
  const id = headers.get('location')?.split('/').at(-1);
  expect(await settled(String(id))).toMatchObject({ status: 'failed' });
});

test('no outcome within the deadline: 202, and delivery goes on', async () => {
  const email = freshEmail();
  await injectFault({ channel: 'email', to: email, kind: 'slow', latency_ms: 3_000, times: 1 });
  const { status, body, headers } = await notify({ email }, { timeout_ms: 500 });
  expect(status).toBe(202);
  expect(headers.get('location')).toBe(`/api/v1/notifications/${body.notification_id}`);
  expect(await settled(body.notification_id)).toMatchObject({ status: 'sent', channel: 'email' });
});

test('only a phone number: SMS, and that is no fallback', async () => {
  const { status, body } = await notify({ phone: freshPhone() });
  expect(status).toBe(200);
  expect(body).toMatchObject({ channel: 'sms', fallback_used: false });
});

test('every problem of a request is named at once', async () => {
  const { status, body } = await api('POST', '/api/notify', {
    to: { email: 'nope', phone: '123' },
    priority: 'urgent',
    extra: 1,
  });
  expect(status).toBe(400);
  expect(body.errors.map(({ field }: { field: string }) => field).sort()).toEqual([
    'extra',
    'message',
    'priority',
    'to.email',
    'to.phone',
    'type',
  ]);
});
