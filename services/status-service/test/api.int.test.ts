import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ListJson, NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

type List = ListJson<NotificationJson>;
let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;

beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const secondsAfter = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

async function list(query: string): Promise<List> {
  const { status, body } = await service.get<List>(`/notifications${query}`);
  expect(status).toBe(200);
  return body;
}

async function allPages(query: string, from = ''): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = from; cursor !== null; ) {
    const page: List = await list(`?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    ids.push(...page.data.map(({ notification_id: id }) => id));
    cursor = page.meta.next_cursor;
  }
  return ids;
}

test('an unknown id and a malformed one are both 404 notification_not_found', async () => {
  for (const id of [randomUUID(), 'not-a-uuid', "' OR 1=1", '%00']) {
    const { status, body } = await service.get<{ code: string }>(`/notifications/${encodeURIComponent(id)}`);
    expect([status, body.code]).toEqual([404, 'notification_not_found']);
  }
});

test('only other services are answered', async () => {
  for (const path of ['/notifications', `/notifications/${randomUUID()}`, '/dead_letters']) {
    expect((await service.get(path, 'nonsense')).status).toBe(401);
  }
});

test('pages are newest first, without a gap or a repeat, while newer notifications arrive between them', async () => {
  const type = `paged-${randomUUID()}`;
  // Five share each second, so that the id has to break the tie.
  const events = Array.from({ length: 25 }, (_, index) =>
    acceptedEvent(randomUUID(), { at: secondsAfter(Math.floor(index / 5)), notification_type: type }),
  );
  await bed.publishEvents(events);
  await eventually(async () => (await list(`?notification_type=${type}`)).data.length === 25);

  const expected = events
    .map(({ notification_id: id, occurred_at: at }) => ({ id, at }))
    .sort((a, b) => (a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1))
    .map(({ id }) => id);
  const first = await list(`?notification_type=${type}&limit=7`);
  expect(first.meta.limit).toBe(7);
  const newer = acceptedEvent(randomUUID(), { at: secondsAfter(100), notification_type: type });
  await bed.publishEvents([newer]);
  await eventually(async () => (await list(`?notification_type=${type}`)).data.length === 26);

  const rest = await allPages(`notification_type=${type}&limit=7`, first.meta.next_cursor ?? '');
  expect([...first.data.map(({ notification_id: id }) => id), ...rest]).toEqual(expected);
  expect(await allPages(`notification_type=${type}&limit=13`)).toEqual([newer.notification_id, ...expected]);
});

test('each filter keeps what matches and nothing else', async () => {
  const user = `user-${randomUUID()}`;
  const make = (at: string, overrides: object) =>
    acceptedEvent(randomUUID(), { at, recipient: { user_id: user }, ...overrides });
  const sent = make(secondsAfter(0), { priority: 'critical', notification_type: 'news' });
  const plain = make(secondsAfter(10), { priority: 'low' });
  const other = acceptedEvent(randomUUID(), { at: secondsAfter(5), recipient: { user_id: 'somebody-else' } });
  await bed.publishEvents([
    sent,
    plain,
    other,
    notificationEvent(sent.notification_id, 'sent', { channel: 'sms', at: secondsAfter(1), outcome: 'sent' }),
  ]);
  await eventually(async () => (await list(`?user_id=${user}&status=sent`)).data.length === 1);
  await eventually(async () => (await list(`?user_id=${user}`)).data.length === 2);

  const found = (filter: string) => allPages(`user_id=${user}&${filter}`);
  expect(await found('status=SENT')).toEqual([sent.notification_id]);
  expect(await found('status=accepted')).toEqual([plain.notification_id]);
  expect(await found('channel=sms')).toEqual([sent.notification_id]);
  expect(await found('channel=email')).toEqual([]);
  expect(await found('notification_type=news')).toEqual([sent.notification_id]);
  expect(await found('priority=critical')).toEqual([sent.notification_id]);
  expect(await found(`created_after=${secondsAfter(0)}`)).toEqual([plain.notification_id]);
  expect(await found(`created_before=${secondsAfter(10)}`)).toEqual([sent.notification_id]);
  expect(await found(`created_after=${secondsAfter(1)}&created_before=${secondsAfter(9)}`)).toEqual([]);
});

test('a bad query is 400 and names its field', async () => {
  const foreign = Buffer.from(JSON.stringify(['yesterday', 'me'])).toString('base64url');
  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['status=lost', 'status'],
    ['cursor=nonsense', 'cursor'],
    [`cursor=${foreign}`, 'cursor'],
    ['colour=red', 'colour'],
    ['created_after=soon', 'created_after'],
  ]) {
    const { status, body } = await service.get<{ code: string; errors: { field: string }[] }>(
      `/notifications?${query}`,
    );
    expect([status, body.code, body.errors[0]?.field]).toEqual([400, 'validation_failed', field]);
  }
});
