import { expect, test } from '@jest/globals';
import { api, arrived, freshEmail, settled, unique } from './system.ts';

const content = { title: 'T', body: 'B' };
const PATH = '/api/v1/notifications/batch';

test('a thousand are accepted in one request, and each arrives once', async () => {
  const notifications = Array.from({ length: 1_000 }, () => ({ to: { email: freshEmail() }, content }));
  const answer = await api('POST', PATH, { notifications });
  expect(answer).toMatchObject({ status: 202, body: { accepted: 1_000, rejected: 0 } });
  const results = answer.body.results as { index: number; notification_id: string }[];
  expect(results.map(({ index }) => index)).toEqual(notifications.map((_, index) => index));
  for (const { index, notification_id: id } of [0, 500, 999].flatMap((each) => results[each] ?? [])) {
    expect(await settled(id)).toMatchObject({ status: 'sent' });
    expect(await arrived({ notification_id: id })).toMatchObject([{ to: notifications[index]?.to.email }]);
  }
});

test('what is wrong with an item is told in its place, and costs the others nothing', async () => {
  const answer = await api('POST', PATH, {
    notifications: [
      { to: { email: 'nobody' }, content },
      { to: { email: freshEmail() }, content },
      { user_id: unique('nobody'), content },
    ],
  });
  expect(answer).toMatchObject({
    status: 202,
    body: {
      accepted: 1,
      rejected: 2,
      results: [
        { index: 0, error: { code: 'validation_failed', errors: [{ field: 'to.email' }] } },
        { index: 1, notification_id: expect.any(String) },
        { index: 2, error: { code: 'user_not_found', status: 404 } },
      ],
    },
  });
});

test('a batch under a key is sent once, and more than 1,000 or none are refused', async () => {
  const body = { notifications: [{ to: { email: freshEmail() }, content }] };
  const key = { 'idempotency-key': unique('key') };
  const first = await api('POST', PATH, body, key);
  const again = await api('POST', PATH, body, key);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(await api('POST', PATH, { notifications: [] })).toMatchObject({ status: 400 });
  const tooMany = Array.from({ length: 1_001 }, () => body.notifications[0]);
  expect(await api('POST', PATH, { notifications: tooMany })).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'notifications' }] },
  });
});

test('an item that is no object, or has a key of its own, is refused in its place', async () => {
  const good = { to: { email: freshEmail() }, content };
  const bad = [null, 7, 'text', [], [good], { ...good, idempotency_key: 'mine' }, { ...good, idempotency_key: 7 }];
  const { status, body } = await api('POST', PATH, { notifications: [...bad, good] });
  expect([status, body.accepted, body.rejected]).toEqual([202, 1, bad.length]);
  const refused = body.results.slice(0, -1) as { error: { code: string; errors: { field: string }[] } }[];
  expect(refused.map(({ error }) => [error.code, error.errors[0]?.field])).toEqual([
    ...Array.from({ length: 5 }, () => ['validation_failed', '']),
    ['validation_failed', 'idempotency_key'],
    ['validation_failed', 'idempotency_key'],
  ]);
  expect(body.results.at(-1)).toEqual({ index: bad.length, notification_id: expect.any(String) });
});

test('a batch may be larger than a single request, but only for who has a key', async () => {
  const large = { to: { email: freshEmail() }, content: { title: 'T', body: 'x'.repeat(90_000) } };
  const notifications = Array.from({ length: 20 }, () => large);
  expect(await api('POST', PATH, { notifications })).toMatchObject({ status: 202, body: { accepted: 20 } });
  expect((await api('POST', PATH, { notifications }, { authorization: 'Bearer nobody' })).status).toBe(401);
  const tooLarge = Array.from({ length: 70 }, () => large);
  expect((await api('POST', PATH, { notifications: tooLarge })).status).toBe(413);
});
