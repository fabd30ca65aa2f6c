import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  type EnvelopeJson,
  EVENTS_EXCHANGE,
  FAILED_QUEUE,
  laneQueue,
  type NotificationEventJson,
  parseEnvelope,
  USER_CHANGED,
  type WaitReason,
} from '@notify/contracts';
import { type Delivery, waitMessage } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent, scheduledEvent } from './notification-event-builder.ts';
import { receipt } from './receipt-builder.ts';
import { deliveriesOf, recordReader, trail } from './record-reader.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let service: Awaited<ReturnType<TestBed['start']>>;
let email: Delivery[];
let sms: Delivery[];

beforeAll(async () => {
  bed = await openTestBed();
  service = await bed.start();
  await bed.start();
  email = await bed.collect(laneQueue('email', 'high'));
  sms = await bed.collect(laneQueue('sms', 'high'));
}, 60_000);
afterAll(() => bed.close(), 60_000);

const inMs = (delayMs: number) => new Date(Date.now() + delayMs).toISOString();
const { read, readAs } = recordReader(() => service);

/** Sent by email, with a receipt due. */
function unconfirmed(id: string, confirmBy: string): NotificationEventJson[] {
  const sent = notificationEvent(id, 'sent', { channel: 'email', at: inMs(0), outcome: 'sent' });
  return [acceptedEvent(id, { at: inMs(-1_000) }), { ...sent, confirm_by: confirmBy }];
}

async function reminderCount(): Promise<number> {
  const { rows } = await bed.database.query<{ count: number }>('SELECT count(*)::int AS count FROM reminders.job');
  return rows[0]?.count ?? -1;
}

test('what is for later goes into its lane once, however often it was accepted', async () => {
  const id = randomUUID();
  const event = scheduledEvent(id, inMs(1_500));
  await bed.publishEvents([event, event]);
  await readAs(id, 'scheduled');
  await bed.publishEvents([event]);
  await eventually(() => deliveriesOf(email, id).length > 0);
  expect(trail(await readAs(id, 'processing'))).toEqual(['accepted', 'scheduled', 'due']);
  await eventually(async () => (await reminderCount()) === 0);
  expect(deliveriesOf(email, id)).toHaveLength(1);
});

test('it goes there within a second of its time, and never before', async () => {
  const times = Array.from({ length: 5 }, (_, index) => ({ id: randomUUID(), sendAt: inMs(1_500 + 400 * index) }));
  await bed.publishEvents(times.map(({ id, sendAt }) => scheduledEvent(id, sendAt)));
  const latenesses = await Promise.all(
    times.map(async ({ id, sendAt }) => {
      await eventually(() => deliveriesOf(email, id).length > 0);
      return Date.now() - Date.parse(sendAt);
    }),
  );
  expect(Math.min(...latenesses)).toBeGreaterThanOrEqual(0);
  // The median: one may meet a busy moment of the machine.
  expect(latenesses.sort((a, b) => a - b)[2]).toBeLessThan(1_000);
});

test('with mode all it goes into the lane of each channel', async () => {
  const id = randomUUID();
  await bed.publishEvents([scheduledEvent(id, inMs(200), { mode: 'all' })]);
  await eventually(() => deliveriesOf(email, id).length === 1 && deliveriesOf(sms, id).length === 1);
});

test('what was cancelled before its time is never sent', async () => {
  const [cancelled, behind] = [randomUUID(), randomUUID()];
  const sendAt = inMs(1_000);
  await bed.publishEvents([scheduledEvent(cancelled, sendAt), scheduledEvent(behind, sendAt)]);
  await bed.publishEvents([notificationEvent(cancelled, 'cancelled', { at: new Date().toISOString() })]);
  await readAs(cancelled, 'cancelled');
  await eventually(() => deliveriesOf(email, behind).length > 0);
  await eventually(async () => (await reminderCount()) === 0);
  expect(deliveriesOf(email, cancelled)).toEqual([]);
  expect((await read(cancelled)).status).toBe('cancelled');
});

test('without a receipt in time the next channel takes over', async () => {
  const id = randomUUID();
  await bed.publishEvents(unconfirmed(id, inMs(300)));
  await eventually(() => deliveriesOf(sms, id).length > 0);
  expect(trail(await readAs(id, 'processing'))).toEqual([
    'accepted',
    'processing email',
    'sent email',
    'failover email not_confirmed',
  ]);
});

test('a receipt in time, or another try, or the other channel, and the deadline passes', async () => {
  const [confirmed, again, moved, behind] = Array.from({ length: 4 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
  ];
  const confirmBy = inMs(1_500);
  await bed.publishEvents([confirmed, again, moved, behind].flatMap((id) => unconfirmed(id, confirmBy)));
  const at = new Date().toISOString();
  await bed.publishReceipts([receipt(confirmed, 'delivered')]);
  await bed.publishEvents([
    notificationEvent(again, 'sent', { attempt: 2, channel: 'email', at, outcome: 'sent' }),
    notificationEvent(moved, 'sent', { hop: 1, channel: 'sms', at, outcome: 'sent' }),
  ]);
  await eventually(() => deliveriesOf(sms, behind).length > 0);
  await eventually(async () => (await reminderCount()) === 0);
  expect([confirmed, again, moved].flatMap((id) => deliveriesOf(sms, id))).toEqual([]);
  expect((await read(confirmed)).status).toBe('delivered');
});

test('bounces that race their deadlines move each notification on once', async () => {
  const ids = Array.from({ length: 200 }, () => randomUUID());
  const confirmBy = inMs(1_000);
  await bed.publishEvents(ids.flatMap((id) => unconfirmed(id, confirmBy)));
  await eventually(() => Date.now() >= Date.parse(confirmBy));
  await bed.publishReceipts(ids.flatMap((id) => [receipt(id, 'bounced'), receipt(id, 'bounced')]));
  await eventually(async () => (await reminderCount()) === 0);
  for (const id of ids) {
    await eventually(() => deliveriesOf(sms, id).length > 0);
    expect(trail(await readAs(id, 'processing')).filter((line) => line.startsWith('failover'))).toHaveLength(1);
    expect(new Set(deliveriesOf(sms, id).map(({ messageId }) => messageId)).size).toBe(1);
  }
});

test('thousands that are due in the same second are all sent into their lanes, once each', async () => {
  const ids = Array.from({ length: 3_000 }, () => randomUUID());
  const sendAt = inMs(2_000);
  await bed.publishEvents(ids.map((id) => scheduledEvent(id, sendAt)));
  const wanted = new Set<string>(ids);
  const sent = () => email.filter(({ headers }) => wanted.has(String(headers['notification_id'])));
  await eventually(() => sent().length >= ids.length, 60_000);
  await eventually(async () => (await reminderCount()) === 0);
  expect(new Set(sent().map(({ messageId }) => messageId)).size).toBe(ids.length);
  expect(sent()).toHaveLength(ids.length);
}, 90_000);

test('a reminder of what was never accepted is dropped after an hour, and at once where there is no row', async () => {
  const [stub, removed] = [randomUUID(), randomUUID()];
  const anHourAgo = inMs(-3_601_000);
  const waitingFor = (id: string) =>
    bed.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM reminders.job_common WHERE data->>'notificationId' = $1`,
      [id],
    );
  const sent = (id: string) => ({
    ...notificationEvent(id, 'sent', { channel: 'email', at: anHourAgo, outcome: 'sent' }),
    confirm_by: inMs(1_500),
  });
  await bed.publishEvents([sent(stub), sent(removed)]);
  await readAs(stub, 'sent');
  await readAs(removed, 'sent');
  await bed.database.query('DELETE FROM notifications WHERE id = $1', [removed]);
  await eventually(async () => (await waitingFor(stub)).rows[0]?.count === 0);
  await eventually(async () => (await waitingFor(removed)).rows[0]?.count === 0);
});

/** As a worker tells that a notification has to wait. */
function waiting(envelope: EnvelopeJson, until: string, reason: WaitReason = 'user_cap'): NotificationEventJson {
  const parsed = parseEnvelope(envelope);
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  return waitMessage(parsed.envelope, reason, until, new Date().toISOString()).body;
}

test('what has to wait is scheduled, and goes back into its lane when its time has come, at the same place of its way', async () => {
  const id = randomUUID();
  const accepted = acceptedEvent(id, { at: inMs(-2_000) });
  const failed = notificationEvent(id, 'failover', {
    status: 'processing',
    channel: 'email',
    at: inMs(-1_000),
    outcome: 'failed',
  });
  const until = inMs(1_500);
  const wait = waiting({ ...accepted.envelope, hop: 1, attempt: 2, deferrals: 3 }, until);
  await bed.publishEvents([accepted, failed, wait, wait]);
  expect((await readAs(id, 'scheduled')).timeline.at(-1)).toMatchObject({
    event: 'deferred',
    reason: 'user_cap',
    until,
  });
  const back = await eventually(() => deliveriesOf(sms, id)[0]);
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(until));
  expect(JSON.parse(back.body.toString())).toMatchObject({
    hop: 1,
    attempt: 2,
    deferrals: 4,
    tried: [{ channel: 'email', status: 'failed' }],
  });
  expect(trail(await readAs(id, 'processing')).slice(-2)).toEqual(['deferred sms user_cap', 'due sms user_cap']);
  await bed.publishEvents([wait]);
  await eventually(async () => (await reminderCount()) === 0);
  expect(deliveriesOf(sms, id)).toHaveLength(1);
});

test('one that waits again is scheduled again, and each wait ends once', async () => {
  const id = randomUUID();
  const accepted = acceptedEvent(id, { at: inMs(-1_000) });
  await bed.publishEvents([accepted, waiting(accepted.envelope, inMs(200))]);
  await eventually(() => deliveriesOf(email, id).length === 1);
  await readAs(id, 'processing');
  await bed.publishEvents([waiting({ ...accepted.envelope, deferrals: 1 }, inMs(700))]);
  await readAs(id, 'scheduled');
  await eventually(() => deliveriesOf(email, id).length === 2);
  await readAs(id, 'processing');
  await eventually(async () => (await reminderCount()) === 0);
  expect(deliveriesOf(email, id).map(({ body }) => JSON.parse(body.toString()).deferrals)).toEqual([1, 2]);
});

test('with mode all each channel waits for itself, and goes back alone', async () => {
  const id = randomUUID();
  const accepted = acceptedEvent(id, { at: inMs(-1_000), mode: 'all' });
  const sent = notificationEvent(id, 'sent', { channel: 'email', at: inMs(0), outcome: 'sent' });
  await bed.publishEvents([accepted, sent, waiting({ ...accepted.envelope, hop: 1 }, inMs(300))]);
  await readAs(id, 'scheduled');
  await eventually(() => deliveriesOf(sms, id).length === 1);
  await readAs(id, 'processing');
  expect(deliveriesOf(email, id)).toEqual([]);
});

test('what was cancelled or sent while it waited does not come back', async () => {
  const [cancelled, sent, behind] = [randomUUID(), randomUUID(), randomUUID()];
  const until = inMs(1_000);
  for (const id of [cancelled, sent, behind]) {
    const accepted = acceptedEvent(id, { at: inMs(-1_000) });
    await bed.publishEvents([accepted, waiting(accepted.envelope, until)]);
  }
  await readAs(cancelled, 'scheduled');
  expect((await service.post(`/notifications/${cancelled}/cancel`)).status).toBe(200);
  // By another copy of its message, that the broker delivered again.
  await bed.publishEvents([notificationEvent(sent, 'sent', { channel: 'email', at: inMs(0), outcome: 'sent' })]);
  await readAs(sent, 'sent');
  await eventually(() => deliveriesOf(email, behind).length === 1);
  await eventually(async () => (await reminderCount()) === 0);
  expect([...deliveriesOf(email, cancelled), ...deliveriesOf(email, sent)]).toEqual([]);
  expect([(await read(cancelled)).status, (await read(sent)).status]).toEqual(['cancelled', 'sent']);
});

/** As user-service tells that somebody has changed. */
const announceChange = (userId: string, changed?: readonly string[]): Promise<void> =>
  bed.broker.publish({
    exchange: EVENTS_EXCHANGE,
    routingKey: USER_CHANGED,
    messageId: randomUUID(),
    body: { version: 1, id: userId, changed },
  });

test("when a user's preferences or zone change, what waits for the end of the quiet hours is decided anew at once, and nothing else", async () => {
  const [person, another, third] = [randomUUID(), randomUUID(), randomUUID()];
  const until = inMs(3_600_000);
  const waits = async (userId: string, reason: WaitReason, wishes: Partial<EnvelopeJson> = {}): Promise<string> => {
    const id = randomUUID();
    const accepted = acceptedEvent(id, { at: inMs(-1_000), recipient: { user_id: userId }, ...wishes });
    const hops = accepted.envelope.mode === 'all' ? [0, 1] : [0];
    const told = hops.map((hop) => waiting({ ...accepted.envelope, hop }, until, reason));
    await bed.publishEvents([accepted, ...told]);
    await readAs(id, 'scheduled');
    return id;
  };
  const [quiet, all] = [await waits(person, 'quiet_hours'), await waits(person, 'quiet_hours', { mode: 'all' })];
  const capped = await waits(person, 'user_cap');
  const [moved, behind] = [await waits(another, 'quiet_hours'), await waits(third, 'quiet_hours')];
  const later = randomUUID();
  await bed.publishEvents([scheduledEvent(later, until, { recipient: { user_id: person } })]);
  await readAs(later, 'scheduled');
  await announceChange(person, ['metadata', 'email']);
  await announceChange(person, ['devices']);
  await announceChange(another, ['timezone']);
  await readAs(moved, 'processing');
  expect((await read(quiet)).status).toBe('scheduled');
  await announceChange(person);
  await announceChange(person, ['preferences']);
  await readAs(quiet, 'processing');
  await eventually(
    () => deliveriesOf(email, quiet).length + deliveriesOf(email, all).length + deliveriesOf(sms, all).length >= 3,
  );
  await announceChange(third);
  await readAs(behind, 'processing');
  expect([quiet, all].map((id) => deliveriesOf(email, id).length)).toEqual([1, 1]);
  expect(JSON.parse(deliveriesOf(email, quiet)[0]?.body.toString() ?? '')).toMatchObject({
    deferrals: 1,
    is_resumed: true,
  });
  expect(trail(await read(quiet)).slice(-2)).toEqual(['deferred email quiet_hours', 'due email user_changed']);
  expect([...deliveriesOf(email, capped), ...deliveriesOf(email, later)]).toEqual([]);
  expect([(await read(capped)).status, (await read(later)).status]).toEqual(['scheduled', 'scheduled']);
});

test('more than one batch of waiting notifications is decided anew, each once', async () => {
  const person = randomUUID();
  const accepted = Array.from({ length: 450 }, () =>
    acceptedEvent(randomUUID(), { at: inMs(-1_000), recipient: { user_id: person } }),
  );
  const until = inMs(3_600_000);
  await bed.publishEvents(accepted.flatMap((each) => [each, waiting(each.envelope, until, 'quiet_hours')]));
  const ids = new Set<string>(accepted.map((each) => each.notification_id));
  await eventually(async () => {
    const count = "SELECT count(*)::int AS count FROM notifications WHERE status = 'scheduled' AND user_id = $1";
    return (await bed.database.query<{ count: number }>(count, [person])).rows[0]?.count === ids.size;
  });
  await announceChange(person);
  const back = () => email.filter(({ headers }) => ids.has(String(headers['notification_id'])));
  await eventually(() => back().length === ids.size, 30_000);
  expect(new Set(back().map(({ messageId }) => messageId)).size).toBe(ids.size);
});

test('a change that names nobody there could be is dead-lettered, and holds nothing up', async () => {
  const failed = await bed.collect(FAILED_QUEUE);
  await announceChange('\u0000');
  await eventually(() => failed.length === 1);
  const id = randomUUID();
  await bed.publishEvents([acceptedEvent(id, { at: inMs(0) })]);
  await readAs(id, 'accepted');
});
