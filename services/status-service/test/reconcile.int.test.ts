import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAILED_QUEUE, laneQueue, type NotificationJson } from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { acceptedEvent, notificationEvent, scheduledEvent } from './notification-event-builder.ts';
import { deliveriesOf, recordReader } from './record-reader.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let services: Awaited<ReturnType<TestBed['start']>>[];
let email: Delivery[];
let failed: Delivery[];

beforeAll(async () => {
  bed = await openTestBed();
  // The first one makes the schema; both look for what is lost.
  services = [await bed.start({ RECONCILE_AFTER_SECONDS: '1' }), await bed.start({ RECONCILE_AFTER_SECONDS: '1' })];
  email = await bed.collect(laneQueue('email', 'high'));
  failed = await bed.collect(FAILED_QUEUE);
}, 60_000);
afterAll(() => bed.close(), 60_000);

const inMs = (delayMs: number) => new Date(Date.now() + delayMs).toISOString();
const LONG_AGO_MS = -2 * 3_600_000;
const { read, readAs } = recordReader(() => services[0], 20_000);
const trail = ({ timeline }: NotificationJson) =>
  timeline.map(({ event, reason }) => [event, reason].filter(Boolean).join(' '));
async function reconciled(outcome: 'resumed' | 'unknown'): Promise<number> {
  const texts = await Promise.all(services.map((service) => service.metrics()));
  const pattern = new RegExp(`status_reconciled_total\\{[^}]*outcome="${outcome}"[^}]*\\} (\\d+)`);
  return texts.reduce((sum, text) => sum + Number(pattern.exec(text)?.[1] ?? 0), 0);
}

test('what was lost in its lane goes there again twice, and is then unknown; of two instances one does it', async () => {
  const id = randomUUID();
  const before = { resumed: await reconciled('resumed'), unknown: await reconciled('unknown') };
  await bed.publishEvents([acceptedEvent(id, { at: inMs(0) })]);
  const unknown = await readAs(id, 'unknown');
  expect(trail(unknown)).toEqual(['accepted', 'resumed no_news', 'resumed no_news', 'unknown lost_track']);
  expect(deliveriesOf(email, id).map(({ messageId }) => messageId)).toEqual([`${id}.0.0.1`, `${id}.0.0.1`]);
  await eventually(() => deliveriesOf(failed, id).length > 0);
  expect(deliveriesOf(failed, id).map(({ headers }) => headers['reason'])).toEqual(['lost_track']);
  expect(await reconciled('resumed')).toBe(before.resumed + 2);
  expect(await reconciled('unknown')).toBe(before.unknown + 1);
  // What a worker says of it after all is what holds.
  await bed.publishEvents([notificationEvent(id, 'sent', { channel: 'email', at: inMs(0), outcome: 'sent' })]);
  await readAs(id, 'sent');
}, 40_000);

test('what is heard of again goes its way', async () => {
  const id = randomUUID();
  await bed.publishEvents([acceptedEvent(id, { at: inMs(0) })]);
  await eventually(() => deliveriesOf(email, id).length > 0, 20_000);
  await bed.publishEvents([notificationEvent(id, 'sent', { channel: 'email', at: inMs(0), outcome: 'sent' })]);
  expect(trail(await readAs(id, 'sent'))).toEqual(['accepted', 'resumed no_news', 'processing', 'sent']);
}, 40_000);

test('a notification whose acceptance was lost is unknown in the end', async () => {
  const id = randomUUID();
  await bed.publishEvents([
    notificationEvent(id, 'retrying', { channel: 'email', at: inMs(LONG_AGO_MS), outcome: 'failed' }),
  ]);
  expect(trail(await readAs(id, 'unknown'))).toEqual(['processing', 'retrying', 'unknown lost_track']);
  expect(deliveriesOf(email, id)).toEqual([]);
}, 40_000);

test('what waits for its time is left alone until then, and sent then though its reminder was lost', async () => {
  const [soon, later] = [randomUUID(), randomUUID()];
  await bed.publishEvents([scheduledEvent(soon, inMs(2_000)), scheduledEvent(later, inMs(3_600_000))]);
  await readAs(soon, 'scheduled');
  await bed.database.query('DELETE FROM reminders.job');
  await eventually(() => deliveriesOf(email, soon).length > 0, 20_000);
  await eventually(async () => trail(await read(soon))[2] === 'due');
  expect(trail(await read(later))).toEqual(['accepted', 'scheduled']);
}, 40_000);

test('what may be on a rung, or in a lane with a backlog, is late and not lost', async () => {
  const [onRung, inLane, lost] = [randomUUID(), randomUUID(), randomUUID()];
  const halfAnHourAgo = inMs(-1_800_000);
  await bed.broker.publish({
    exchange: '',
    routingKey: laneQueue('sms', 'high'),
    messageId: randomUUID(),
    body: { waits: 'for a worker' },
  });
  await bed.publishEvents([
    acceptedEvent(onRung, { at: halfAnHourAgo }),
    notificationEvent(onRung, 'retrying', { channel: 'email', at: halfAnHourAgo, outcome: 'failed' }),
    acceptedEvent(inLane, { at: halfAnHourAgo, plan: ['sms'] }),
    acceptedEvent(lost, { at: inMs(0) }),
  ]);
  await readAs(lost, 'unknown');
  expect((await read(onRung)).status).toBe('retrying');
  expect((await read(inLane)).status).toBe('accepted');
}, 40_000);

test('what nothing was heard of is found by an index', async () => {
  const client = await bed.database.connect();
  try {
    await client.query('BEGIN');
    // Of a handful of rows the planner would read all.
    await client.query('SET LOCAL enable_seqscan = off');
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT id FROM notifications
       WHERE status IN ('accepted', 'scheduled', 'processing', 'retrying') AND greatest(updated_at, send_at) < now()
       ORDER BY greatest(updated_at, send_at), id LIMIT 10 FOR UPDATE SKIP LOCKED`,
    );
    const scans = rows.flatMap((row) => /(?:Index|Seq) Scan.*(?= {2}\()/.exec(row['QUERY PLAN'])?.[0] ?? []);
    // In each month its part of the index.
    const { rows: parts } = await client.query<{ scan: string }>(
      `SELECT format('Index Scan using %s on %s', index.inhrelid::regclass, indrelid::regclass) AS scan
       FROM pg_inherits AS index JOIN pg_index ON indexrelid = index.inhrelid
       WHERE index.inhparent = 'notifications_not_settled'::regclass`,
    );
    expect(scans.length).toBeGreaterThan(1);
    expect(parts.map(({ scan }) => scan)).toEqual(
      expect.arrayContaining(scans.map((scan) => scan.replace(/ notifications_\d+$/, ''))),
    );
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
});
