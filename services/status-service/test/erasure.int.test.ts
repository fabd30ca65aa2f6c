import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Claims } from '@notify/claims';
import { EVENTS_EXCHANGE, type NotificationJson, parseEnvelope, USER_ERASED } from '@notify/contracts';
import { waitMessage } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;
let claims: Claims<{ said: string }>;
beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
  claims = await bed.openClaims();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const at = '2026-01-01T00:00:00.000Z';
const erasedAt = '2026-01-02T00:00:00.000Z';
const soonAfter = '2026-01-02T00:00:00.900Z';
const wellAfter = '2026-01-02T00:00:01.100Z';
const first = { epoch: 0, hop: 0, attempt: 1 };

const acceptedFor = (userId: string, createdAt = at) =>
  acceptedEvent(randomUUID(), { at: createdAt, recipient: { user_id: userId }, variables: { name: 'Ada' } });

async function recorded(...events: ReturnType<typeof notificationEvent>[]): Promise<string> {
  await bed.publishEvents(events);
  const { notification_id: id, status } = events.at(-1) as (typeof events)[number];
  await eventually(async () => (await service.get<NotificationJson>(`/notifications/${id}`)).body.status === status);
  return id;
}

async function erase(userId: string, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const body = { version: 1, id: userId, erased_at: erasedAt };
    await bed.broker.publish({ exchange: EVENTS_EXCHANGE, routingKey: USER_ERASED, messageId: randomUUID(), body });
  }
}

async function rowOf(id: string) {
  const { rows } = await bed.database.query(
    'SELECT recipient, content, template, variables, metadata, user_id, status, timeline FROM notifications WHERE id = $1',
    [id],
  );
  return rows[0];
}
const isErased = async (id: string) => (await rowOf(id)).recipient === null;

test('what was said and to whom is gone, what became of it stays; what waits is cancelled and can not be claimed', async () => {
  const userId = randomUUID();
  const sent = acceptedFor(userId);
  const sentId = await recorded(sent, {
    ...notificationEvent(sent.notification_id, 'sent', { at, channel: 'email', outcome: 'sent' }),
    user_id: userId,
  });
  const waitingId = await recorded(acceptedFor(userId));
  await erase(userId, 2);
  await eventually(async () => (await isErased(sentId)) && (await isErased(waitingId)));
  for (const id of [sentId, waitingId]) {
    const gone = { recipient: null, content: null, template: null, variables: null, metadata: {}, user_id: userId };
    expect(await rowOf(id)).toMatchObject(gone);
  }
  expect((await rowOf(sentId)).status).toBe('sent');
  expect((await rowOf(waitingId)).status).toBe('cancelled');
  expect((await rowOf(sentId)).timeline.map(({ event }: { event: string }) => event)).toContain('sent');
  expect(await claims.begin(waitingId, first, 'token')).toEqual({ state: 'closed', reason: 'cancelled' });
});

test('what is being sent just then is not cancelled, and its end is recorded without its content', async () => {
  const userId = randomUUID();
  const event = acceptedFor(userId);
  const id = await recorded(event);
  expect(await claims.begin(id, first, 'token')).toEqual({ state: 'granted' });
  await erase(userId);
  await eventually(() => isErased(id));
  expect((await rowOf(id)).status).toBe('accepted');
  await recorded({ ...notificationEvent(id, 'sent', { at, channel: 'email', outcome: 'sent' }), user_id: userId });
  expect(await isErased(id)).toBe(true);
});

test('of what went out in part the rest is not sent, and the whole is what came of that part', async () => {
  const userId = randomUUID();
  const accepted = acceptedEvent(randomUUID(), {
    at,
    recipient: { user_id: userId },
    mode: 'all',
    plan: ['email', 'sms', 'push'],
  });
  const id = accepted.notification_id;
  expect(await claims.begin(id, first, 'token')).toEqual({ state: 'granted' });
  await claims.finish(id, first, { said: 'sent' }, true);
  const onSms = parseEnvelope({ ...accepted.envelope, hop: 1 });
  if (onSms.problem !== undefined) throw new Error(onSms.problem);
  const waits = waitMessage(onSms.envelope, 'quiet_hours', '2099-01-01T00:00:00.000Z', at).body;
  const retries = notificationEvent(id, 'retrying', { at, hop: 2, channel: 'push', outcome: 'failed' });
  const sent = notificationEvent(id, 'sent', { at, channel: 'email', outcome: 'sent' });
  await bed.publishEvents([accepted, sent, waits, retries].map((event) => ({ ...event, user_id: userId })));
  await eventually(async () => (await rowOf(id))?.status === 'processing' && (await rowOf(id)).timeline.length >= 6);
  await erase(userId, 2);
  await eventually(() => isErased(id));
  const { status, timeline } = await rowOf(id);
  expect(status).toBe('sent');
  expect(timeline.filter(({ event }: { event: string }) => event === 'suppressed')).toMatchObject([
    { id: `${id}.0.1.1.suppressed`, channel: 'sms', reason: 'user_not_found' },
    { id: `${id}.0.2.2.suppressed`, channel: 'push', reason: 'user_not_found' },
  ]);
  for (const position of [
    { epoch: 0, hop: 1, attempt: 1 },
    { epoch: 0, hop: 2, attempt: 2 },
  ]) {
    expect(await claims.begin(id, position, 'token')).toEqual({ state: 'closed', reason: 'erased' });
  }
});

test('what a gateway accepted in the second in which it still knew them goes too, nothing of whoever gets the id later', async () => {
  const userId = randomUUID();
  const during = await recorded(acceptedFor(userId, soonAfter));
  const after = await recorded(acceptedFor(userId, wellAfter));
  const ofSomebodyElse = await recorded(acceptedFor(randomUUID()));
  await erase(userId);
  await eventually(() => isErased(during));
  expect([await isErased(after), await isErased(ofSomebodyElse)]).toEqual([false, false]);
});

test('an acceptance that comes after the erasure is found when it is told again', async () => {
  const userId = randomUUID();
  await erase(userId);
  const id = await recorded(acceptedFor(userId));
  await erase(userId);
  await eventually(() => isErased(id));
});

test('more than a batch of notifications is erased, and their dead letters lose their bodies', async () => {
  const userId = randomUUID();
  const events = Array.from({ length: 450 }, () => acceptedFor(userId));
  await bed.publishEvents(events);
  const count = async (condition: string) =>
    Number(
      (await bed.database.query(`SELECT count(*) FROM notifications WHERE user_id = $1 AND ${condition}`, [userId]))
        .rows[0].count,
    );
  await eventually(async () => (await count('is_accepted')) === events.length);
  const [first] = events;
  await bed.database.query(
    `INSERT INTO dead_letters (id, received_at, notification_id, reason, routing_key, headers, detail, body)
     VALUES ($1, now(), $1, 'permanent', 'email.high', '{}', 'Ada', 'Dear Ada')`,
    [first?.notification_id],
  );
  await erase(userId);
  await eventually(async () => (await count('recipient IS NULL')) === events.length, 30_000);
  await eventually(async () => {
    const { rows } = await bed.database.query('SELECT reason, detail, body FROM dead_letters WHERE id = $1', [
      first?.notification_id,
    ]);
    return rows[0].body === null && rows[0].detail === null && rows[0].reason === 'permanent';
  });
}, 60_000);
