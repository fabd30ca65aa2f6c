import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FramesSinceJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;

beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const framesSince = async (query: Record<string, string>) =>
  (await service.get<FramesSinceJson>(`/frames?${new URLSearchParams(query)}`)).body.frames;
const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

test('what happened since then is told as lines of the trail, oldest first, of the notification or user that is asked about', async () => {
  const [ada, bob] = [randomUUID(), randomUUID()];
  const [user, other] = [`ada-${ada}`, `bob-${bob}`];
  await bed.publishEvents([
    acceptedEvent(ada, { at: at(1), recipient: { user_id: user } }),
    acceptedEvent(bob, { at: at(2), recipient: { user_id: other } }),
    notificationEvent(ada, 'sent', { channel: 'email', at: at(3), outcome: 'sent' }),
    notificationEvent(ada, 'delivered', { channel: 'email', at: at(4) }),
  ]);
  await eventually(async () => (await framesSince({ since: at(0), notification_id: ada }))?.length === 4);
  await eventually(async () => (await framesSince({ since: at(0), user_id: other }))?.length === 1);

  const frames = await framesSince({ since: at(3), user_id: user });
  expect(frames?.map(({ type }) => type)).toEqual([
    'notification.processing',
    'notification.sent',
    'notification.delivered',
  ]);
  expect(frames?.[2]).toEqual({
    type: 'notification.delivered',
    id: `${ada}.0.0.1.delivered`,
    notification_id: ada,
    notification_type: 'alert',
    user_id: user,
    status: 'delivered',
    channel: 'email',
    at: at(4),
  });
  expect((await framesSince({ since: at(2) }))?.map((frame) => frame.notification_id)).toEqual([bob, ada, ada, ada]);
  expect(await framesSince({ since: at(5) })).toEqual([]);
});

test('more than can be told is not told in part', async () => {
  const user = `user-${randomUUID()}`;
  const add = (count: number) =>
    bed.database.query(
      `INSERT INTO notifications (id, status, epoch, hop, attempt, attempts, timeline, notification_type, user_id,
         correlation_id, created_at, updated_at, is_known, is_accepted, channels, metadata)
       SELECT gen_random_uuid(), 'accepted', 0, 0, 1, '[]', '[]', 'alert', $1, 'c-1', $2, $2, true, true, '{email}', '{}'
       FROM generate_series(1, $3::integer)`,
      [user, at(10), count],
    );
  await add(999);
  expect(await framesSince({ since: at(9), user_id: user })).toEqual([]);
  await add(1);
  expect(await framesSince({ since: at(9), user_id: user })).toBeUndefined();
  // They are older than what is asked for: nothing of it is hidden.
  expect(await framesSince({ since: at(11), user_id: user })).toEqual([]);
});
