import { beforeAll, expect, test } from '@jest/globals';
import type { NotificationJson } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { api, arrived, createUser, eventsOf, freshEmail, freshPhone, send, settled } from './system.ts';

const content = { title: 'Hello', body: 'It works' };
const MINUTE_MS = 60_000;
/** `HH:MM` in UTC. */
const timeAt = (atMs: number) => new Date(atMs).toISOString().slice(11, 16);
const inMs = (delayMs: number) => new Date(Date.now() + delayMs).toISOString();
const now = () => ({ start: timeAt(Date.now() - 60 * MINUTE_MS), end: timeAt(Date.now() + 120 * MINUTE_MS) });
const putHours = (userId: string, quietHours: object | undefined) =>
  api('PUT', `/api/v1/users/${userId}/preferences`, { quiet_hours: quietHours });

interface Person {
  userId: string;
  email: string;
}

/** Somebody whose quiet hours it is. */
async function inQuietHours(quietHours: object = { ...now(), timezone: 'UTC' }): Promise<Person> {
  const email = freshEmail();
  const userId = await createUser({ email, phone: freshPhone() });
  expect((await putHours(userId, quietHours)).status).toBe(200);
  return { userId, email };
}

const sendTo = async ({ userId }: Person, wishes: object = {}): Promise<string> =>
  (await send({ user_id: userId, content, channels: ['email'], ...wishes })).notification_id;

const readAs = (id: string, status: NotificationJson['status'], timeoutMs?: number) =>
  eventually(async () => {
    const { body } = await api('GET', `/api/v1/notifications/${id}`);
    return body.status === status && (body as NotificationJson);
  }, timeoutMs);

/** Its quiet hours end with the minute, while the other tests run. */
let brief: { person: Person; id: string; endsAtMs: number };
beforeAll(async () => {
  const endsAtMs = (Math.floor((Date.now() + 5_000) / MINUTE_MS) + 1) * MINUTE_MS;
  const start = timeAt(Date.now() - 60 * MINUTE_MS);
  const person = await inQuietHours({ start, end: timeAt(endsAtMs), timezone: 'UTC' });
  brief = { person, id: await sendTo(person), endsAtMs };
}, 30_000);

test('in quiet hours it waits: the timeline says why and until when, and nothing goes out', async () => {
  const person = await inQuietHours();
  const waiting = await readAs(await sendTo(person), 'scheduled');
  expect(eventsOf(waiting)).toEqual(['accepted', 'deferred email quiet_hours']);
  const waitMs = Date.parse(waiting.timeline.at(-1)?.until ?? '') - Date.now();
  expect(waitMs).toBeGreaterThan(118 * MINUTE_MS);
  expect(waitMs).toBeLessThanOrEqual(120 * MINUTE_MS);
  expect(waiting.attempts).toEqual([]);
  expect(await arrived({ to: person.email })).toEqual([]);
});

test('critical ones and required types go through, and so does a synchronous one to the address', async () => {
  const person = await inQuietHours();
  const critical = await sendTo(person, { priority: 'critical' });
  const required = await sendTo(person, { notification_type: 'security_alert' });
  await Promise.all([settled(critical), settled(required)]);
  const answer = await api('POST', '/api/notify', { to: { email: person.email }, type: 'otp', message: 'Your code' });
  expect(answer.status).toBe(200);
  expect(await arrived({ to: person.email })).toHaveLength(3);
});

test('whoever ends the quiet hours, or moves to where it is day, gets at once what waited, once', async () => {
  const ended = await inQuietHours();
  const moved = await inQuietHours(now());
  const ids = [await sendTo(ended), await sendTo(moved)];
  for (const id of ids) await readAs(id, 'scheduled');
  await putHours(ended.userId, undefined);
  await api('PATCH', `/api/v1/users/${moved.userId}`, { timezone: 'Asia/Tokyo' });
  for (const id of ids) {
    const notification = await settled(id);
    expect(notification.status).toBe('sent');
    expect(eventsOf(notification).slice(1, 3)).toEqual(['deferred email quiet_hours', 'due email user_changed']);
  }
  expect(await arrived({ to: ended.email })).toHaveLength(1);
  expect(await arrived({ to: moved.email })).toHaveLength(1);
});

test('where the hours still hold after a change, it goes on waiting, by the new ones', async () => {
  const person = await inQuietHours();
  const id = await sendTo(person);
  await readAs(id, 'scheduled');
  const end = timeAt(Date.now() + 180 * MINUTE_MS);
  await putHours(person.userId, { ...now(), end, timezone: 'UTC' });
  const again = await eventually(async () => {
    const notification = await readAs(id, 'scheduled');
    return notification.timeline.length === 4 && notification;
  });
  expect(eventsOf(again).slice(2)).toEqual(['due email user_changed', 'deferred email quiet_hours']);
  expect(again.timeline.at(-1)?.until).toContain(`T${end}:00`);
});

test('it can be cancelled while it waits, and then never goes out', async () => {
  const person = await inQuietHours();
  const id = await sendTo(person);
  await readAs(id, 'scheduled');
  expect((await api('POST', `/api/v1/notifications/${id}/cancel`)).body).toMatchObject({ status: 'cancelled' });
  const behind = await sendTo(person);
  await readAs(behind, 'scheduled');
  await putHours(person.userId, undefined);
  await settled(behind);
  expect((await readAs(id, 'cancelled')).timeline.at(-1)?.event).toBe('cancelled');
  expect(await arrived({ to: person.email })).toHaveLength(1);
});

test('what would wait past its expiry has expired', async () => {
  const person = await inQuietHours();
  const id = await sendTo(person, { channels: ['email', 'sms'], expires_at: inMs(30 * MINUTE_MS) });
  const expired = await readAs(id, 'expired');
  expect(eventsOf(expired).at(-1)).toBe('expired email quiet_hours');
  expect(await arrived({ to: person.email })).toEqual([]);
});

test('a time to send that falls into quiet hours gives way to them, and with mode all every channel waits', async () => {
  const person = await inQuietHours();
  const later = await sendTo(person, { send_at: inMs(1_500) });
  const all = await sendTo(person, { channels: ['email', 'sms'], mode: 'all' });
  const waits = async (id: string, count: number) =>
    eventually(async () => {
      const notification = await readAs(id, 'scheduled');
      return notification.timeline.filter(({ event }) => event === 'deferred').length === count && notification;
    });
  expect(eventsOf(await waits(later, 1))).toEqual([
    'accepted',
    'scheduled send_at',
    'due',
    'deferred email quiet_hours',
  ]);
  await waits(all, 2);
  await putHours(person.userId, undefined);
  for (const id of [later, all]) expect((await settled(id)).status).toBe('sent');
  expect(await arrived({ to: person.email })).toHaveLength(2);
});

test('when the quiet hours are over it is sent by itself, and not before', async () => {
  const sent = await settled(brief.id, 90_000);
  expect(eventsOf(sent)).toEqual([
    'accepted',
    'deferred email quiet_hours',
    'due email quiet_hours',
    'processing email',
    'sent email',
  ]);
  const [mail, ...others] = await arrived({ to: brief.person.email });
  expect(others).toEqual([]);
  const lateMs = Date.parse(mail?.received_at ?? '') - brief.endsAtMs;
  expect(lateMs).toBeGreaterThanOrEqual(0);
  expect(lateMs).toBeLessThan(5_000);
}, 120_000);
