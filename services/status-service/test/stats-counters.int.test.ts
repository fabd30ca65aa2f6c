import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CHANNELS, type Channel, type NotificationEventJson } from '@notify/contracts';
import { createTestKit, eventually } from '@notify/testing';
import pg from 'pg';
import { bucketOfLatency } from '../src/latency-bucket.ts';
import { storeEvents } from '../src/notification-store.ts';
import { openReminders } from '../src/reminders.ts';
import { rollUpCounters } from '../src/stats-counter-store.ts';
import { acceptedEvent, notificationEvent, scheduledEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

const MIGRATION = new URL('../migrations/000011_stats_counters.sql', import.meta.url);
const HOUR_MS = 3_600_000;
let bed: TestBed;

beforeAll(async () => {
  bed = await openTestBed();
}, 60_000);
afterAll(() => bed.close(), 60_000);

const oneOf = <T>(items: readonly T[]): T => items[randomInt(items.length)] as T;
const sometimes = <T>(items: T[]): T[] => (randomInt(2) === 0 ? items : []);

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** What may happen to one that was accepted so long ago. */
function lifeOf(id: string, ageMs: number): NotificationEventJson[] {
  const start = Date.now() - ageMs;
  const at = (afterMs: number) => new Date(start + afterMs).toISOString();
  const [first, second]: [Channel, Channel] = [oneOf(CHANNELS), oneOf(CHANNELS)];
  const took = randomInt(100_000);
  const mode = oneOf(['first_success', 'first_success', 'all'] as const);
  return [
    ...(randomInt(3) === 0
      ? [
          scheduledEvent(id, at(5_000), { created_at: at(0) }),
          notificationEvent(id, 'due', { status: 'processing', at: at(5_100) }),
        ]
      : [acceptedEvent(id, { at: at(0), mode, plan: [...new Set([first, second])] })]),
    // The same acceptance once more, under a request that came earlier.
    ...sometimes([acceptedEvent(id, { at: at(-70_000), mode, plan: [...new Set([first, second])] })]),
    ...sometimes([notificationEvent(id, 'failed', { channel: first, at: at(6_000), outcome: 'failed' })]),
    ...sometimes([
      notificationEvent(id, 'sent', { hop: 1, channel: second, at: at(6_000 + took), outcome: 'sent' }),
      ...sometimes([notificationEvent(id, 'delivered', { hop: 1, channel: second, at: at(9_000 + took) })]),
    ]),
    ...sometimes([
      notificationEvent(id, 'sent', { attempt: 2, channel: first, at: at(5_500 + took), outcome: 'delivered' }),
    ]),
  ];
}

/** Each event once at least, many twice, in any order: over the queue to two instances, and at the same time from many writers. */
async function happen(lives: NotificationEventJson[][]): Promise<void> {
  const events = lives.flat();
  const instances = [await bed.start({ STATUS_BATCH_SIZE: '20' }), await bed.start({ STATUS_BATCH_SIZE: '20' })];
  // More connections than writers: reminders take one of their own now and then.
  const writers = new pg.Pool({ connectionString: bed.databaseUrl, max: 16 });
  const { logger, lifecycle } = createTestKit('test');
  const storage = { database: writers, reminders: await openReminders(writers, logger, lifecycle) };
  const [own, queued] = [shuffled(events), shuffled([...events, ...events.slice(events.length / 2)])];
  await Promise.all([
    bed.publishEvents(queued),
    ...Array.from({ length: 12 }, (_, index) =>
      storeEvents(
        storage,
        own.filter((_event, at) => at % 24 === index),
      ),
    ),
    rollUpCounters(writers, new Date()),
  ]);
  await eventually(async () => {
    const metrics = await Promise.all(instances.map((instance) => instance.metrics()));
    const folded = metrics.map((text) =>
      Number(/^status_events_total\{[^}]*outcome="folded"[^}]*\} (\d+)$/m.exec(text)?.[1] ?? 0),
    );
    return folded.reduce((sum, each) => sum + each, 0) >= queued.length;
  }, 60_000);
  await Promise.all(instances.map(({ stop }) => stop()));
  await lifecycle.shutdown('end of the test');
  await writers.end();
}

type Sums = Record<string, number>;

async function sumsOf(text: string): Promise<Sums> {
  const { rows } = await bed.database.query<{ key: string; count: number }>(text);
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}

const counted = (step: string) => ({
  statuses: () =>
    sumsOf(`SELECT concat_ws(' ', date_bin('${step}', minute, '2000-01-01Z'), status, channel) AS key, sum(count)::integer AS count
      FROM stats_counters GROUP BY key HAVING sum(count) <> 0`),
  latencies: () =>
    sumsOf(`SELECT concat_ws(' ', date_bin('${step}', minute, '2000-01-01Z'), bucket) AS key, sum(count)::integer AS count
      FROM stats_latencies GROUP BY key HAVING sum(count) <> 0`),
});

/** The same from the rows themselves. */
const recounted = (step: string) => ({
  statuses: () =>
    sumsOf(`SELECT concat_ws(' ', date_bin('${step}', created_at, '2000-01-01Z'), status, coalesce(channel, '')) AS key,
      count(*)::integer AS count FROM notifications WHERE is_known GROUP BY key`),
  async latencies(): Promise<Sums> {
    const { rows } = await bed.database.query<{ minute: string; ms: number }>(
      `SELECT DISTINCT ON (id) date_bin('${step}', created_at, '2000-01-01Z')::text AS minute,
         (extract(epoch FROM started_at - greatest(created_at, send_at, (
           SELECT max((entry ->> 'at')::timestamptz) FROM jsonb_array_elements(timeline) AS entry WHERE entry ->> 'event' = 'due'
         ))) * 1000)::double precision + duration_ms AS ms
       FROM notifications, jsonb_to_recordset(attempts) AS call (status text, started_at timestamptz, duration_ms double precision)
       WHERE call.status IN ('sent', 'delivered') ORDER BY id, started_at`,
    );
    const sums: Sums = {};
    for (const { minute, ms } of rows) {
      const key = `${minute} ${bucketOfLatency(ms)}`;
      sums[key] = (sums[key] ?? 0) + 1;
    }
    return sums;
  },
});

async function expectToMatch(step: string): Promise<void> {
  const statuses = await counted(step).statuses();
  expect(Object.keys(statuses).length).toBeGreaterThan(5);
  expect(statuses).toEqual(await recounted(step).statuses());
  expect(await counted(step).latencies()).toEqual(await recounted(step).latencies());
}

async function deadlocks(): Promise<number> {
  const { rows } = await bed.database.query(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0].deadlocks;
}

test('whatever comes, twice, in any order and to several at once, the counters say what counting the rows says', async () => {
  await happen(Array.from({ length: 400 }, () => lifeOf(randomUUID(), randomInt(HOUR_MS))));
  await expectToMatch('1 minute');
  expect(await deadlocks()).toBe(0);
}, 120_000);

test('what is done to a notification by request is counted too', async () => {
  const ids = Array.from({ length: 6 }, () => randomUUID());
  const service = await bed.start();
  await bed.publishEvents([
    ...ids.map((id) => acceptedEvent(id, { at: new Date().toISOString() })),
    ...ids
      .slice(3)
      .map((id) =>
        notificationEvent(id, 'failed', { channel: 'email', at: new Date().toISOString(), outcome: 'failed' }),
      ),
  ]);
  await eventually(async () => {
    const { rowCount } = await bed.database.query(
      `SELECT FROM notifications WHERE id = ANY($1) AND is_accepted AND status = ANY('{accepted,failed}')`,
      [ids],
    );
    return rowCount === ids.length;
  });
  for (const id of ids.slice(0, 3)) expect((await service.post(`/notifications/${id}/cancel`)).status).toBe(200);
  for (const id of ids.slice(3)) expect((await service.post(`/notifications/${id}/retry`)).status).toBe(202);
  await expectToMatch('1 minute');
  await service.stop();
}, 60_000);

test('the migration fills the counters with what is there', async () => {
  const [up = '', down = ''] = readFileSync(MIGRATION, 'utf8').split('-- Down Migration');
  await bed.database.query(`BEGIN; ${down} ${up} COMMIT`);
  await expectToMatch('1 minute');
}, 60_000);

test('minutes become hours while more is counted, nothing is lost by it, and hours that no window tells are deleted', async () => {
  await happen(Array.from({ length: 200 }, () => lifeOf(randomUUID(), 3 * HOUR_MS + randomInt(24 * HOUR_MS))));
  const later = new Date(Date.now() + 4 * HOUR_MS);
  await Promise.all([rollUpCounters(bed.database, later), rollUpCounters(bed.database, later)]);
  await expectToMatch('1 hour');
  const { rows } = await bed.database.query('SELECT DISTINCT shard FROM stats_counters');
  expect(rows).toEqual([{ shard: 0 }]);

  await rollUpCounters(bed.database, new Date(Date.now() + 9 * 24 * HOUR_MS));
  expect(await counted('1 hour').statuses()).toEqual({});
  expect(await counted('1 hour').latencies()).toEqual({});
  expect(await deadlocks()).toBe(0);
}, 120_000);
