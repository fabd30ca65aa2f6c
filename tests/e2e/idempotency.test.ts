import { expect, test } from '@jest/globals';
import { api, arrived, freshEmail, freshPhone, settled, unique } from './system.ts';

const content = { title: 'T', body: 'B' };
const post = (body: unknown, key?: string, path = '/api/v1/notifications') =>
  api('POST', path, body, key === undefined ? {} : { 'idempotency-key': key });

test('the same key and body are sent once, and answered alike, wherever the key stands and in whatever order the fields', async () => {
  const key = unique('key');
  const to = { email: freshEmail() };
  const first = await post({ to, content }, key);
  expect(first.status).toBe(202);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  for (const again of [await post({ content, to }, `"${key}"`), await post({ to, content, idempotency_key: key })]) {
    expect(again).toMatchObject({ status: 202, body: first.body });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
  }
  const id = first.body.notification_id;
  await settled(id);
  expect(await arrived({ notification_id: id })).toHaveLength(1);
});

test('twenty at once are one notification: the others get the same answer or 409', async () => {
  const key = unique('key');
  const to = { email: freshEmail() };
  const answers = await Promise.all(Array.from({ length: 20 }, () => post({ to, content }, key)));
  const accepted = answers.filter(({ status }) => status === 202);
  expect(accepted.length).toBeGreaterThan(0);
  expect(new Set(accepted.map(({ body }) => body.notification_id)).size).toBe(1);
  for (const { status, body, headers } of answers.filter((answer) => answer.status !== 202)) {
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'request_in_flight' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  await settled(accepted[0]?.body.notification_id);
  expect(await arrived({ to: to.email })).toHaveLength(1);
});

test('the same key with another body is 422, and with two different keys 400', async () => {
  const key = unique('key');
  const to = { email: freshEmail() };
  await post({ to, content }, key);
  expect(await post({ to, content: { ...content, title: 'Other' } }, key)).toMatchObject({
    status: 422,
    body: { code: 'idempotency_key_reused' },
  });
  expect(await post({ to, content, idempotency_key: 'other' }, key)).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'idempotency_key' }] },
  });
  expect(await post({ to, content }, 'k'.repeat(256))).toMatchObject({ status: 400 });
});

test('a request that is not valid does not use its key up', async () => {
  const key = unique('key');
  expect((await post({ to: { email: 'nobody' }, content }, key)).status).toBe(400);
  expect((await post({ user_id: unique('nobody'), content }, key)).status).toBe(404);
  expect((await post({ to: { email: freshEmail() }, content }, key)).status).toBe(202);
});

test('a synchronous outcome is replayed, a failure of all channels too, and nothing is sent again', async () => {
  const sent = { to: { email: freshEmail(), phone: freshPhone() }, message: 'Hello', type: 'otp' };
  const refused = { ...sent, to: { email: freshEmail('bounce'), phone: freshPhone('+150055501') } };
  for (const [body, status] of [
    [sent, 200],
    [refused, 422],
  ] as const) {
    const key = unique('key');
    const first = await post(body, key, '/api/notify');
    const again = await post(body, key, '/api/notify');
    expect([first.status, again.status]).toEqual([status, status]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.body.attempts).toEqual(first.body.attempts);
    expect(again.body.notification_id).toBe(first.body.notification_id);
  }
});
