import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FAILED_QUEUE, type NotificationEventJson, STATUS_QUEUE } from '@notify/contracts';
import { createTestKit, eventually } from '@notify/testing';
import pg from 'pg';
import { storeEvents } from '../src/notification-store.ts';
import { openReminders } from '../src/reminders.ts';
import { acceptedEvent, notificationEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;

beforeAll(async () => {
  bed = await openTestBed();
}, 60_000);
afterAll(() => bed.close(), 60_000);

function threeEvents(id: string): NotificationEventJson[] {
  return [
    acceptedEvent(id, { at: '2026-01-01T00:00:00.000Z' }),
    notificationEvent(id, 'processing', { channel: 'email', at: '2026-01-01T00:00:01.000Z' }),
    notificationEvent(id, 'sent', { channel: 'email', at: '2026-01-01T00:00:02.000Z', outcome: 'sent' }),
  ];
}

function shuffled<T>(items: T[]): T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

async function countWhole(ids: string[]): Promise<number> {
  const { rows } = await bed.database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM notifications WHERE id = ANY($1::uuid[]) AND status = 'sent' AND is_accepted
       AND channel = 'email' AND jsonb_array_length(attempts) = 1 AND jsonb_array_length(timeline) = 3`,
    [ids],
  );
  return rows[0]?.count ?? 0;
}

async function deadlocks(): Promise<number> {
  const { rows } = await bed.database.query<{ deadlocks: number }>(
    'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0]?.deadlocks ?? -1;
}

test('two instances on one queue fold 2,000 shuffled notifications without a deadlock or a wrong record', async () => {
  const ids = Array.from({ length: 2_000 }, () => randomUUID());
  const events = shuffled(ids.flatMap(threeEvents));
  // Small batches: many of them, so that both instances often hold events of the same notifications.
  const env = { STATUS_BATCH_SIZE: '50', STATUS_BATCH_WAIT_MS: '5' };
  const instances = [await bed.start(env), await bed.start(env)];
  await bed.publishEvents(events);
  await eventually(async () => (await countWhole(ids)) === 2_000, 60_000);
  expect(await deadlocks()).toBe(0);
  await Promise.all(instances.map(({ stop }) => stop()));
}, 120_000);

test('writers that hold the same notifications at the same time never deadlock, whatever order their events come in', async () => {
  const writers = new pg.Pool({ connectionString: bed.databaseUrl, max: 8 });
  const { logger, lifecycle } = createTestKit('test');
  const storage = { database: writers, reminders: await openReminders(writers, logger, lifecycle) };
  const before = await deadlocks();
  const ids = Array.from({ length: 1_000 }, () => randomUUID());
  const events = ids.flatMap(threeEvents);
  // Each writer has a part of everything, the parts overlap, and some begin with what is not there yet.
  await Promise.all(
    Array.from({ length: 24 }, () => storeEvents(storage, shuffled(events).slice(0, events.length / 2))),
  );
  await storeEvents(storage, events);
  await lifecycle.shutdown('end of the test');
  await writers.end();
  expect(await countWhole(ids)).toBe(1_000);
  expect(await deadlocks()).toBe(before);
}, 120_000);

test('connections that are killed in the middle of transactions lose nothing', async () => {
  const ids = Array.from({ length: 2_000 }, () => randomUUID());
  const events = shuffled(ids.flatMap(threeEvents));
  const instance = await bed.start({ STATUS_BATCH_SIZE: '100' });
  for (let round = 0; round < 3; round += 1) {
    // The lock holds a batch in the middle of its transaction for as long as it takes to kill it there.
    const client = await bed.database.connect();
    await client.query('BEGIN; LOCK TABLE notifications IN EXCLUSIVE MODE');
    await bed.publishEvents(events.slice(round * 2_000, (round + 1) * 2_000));
    await eventually(async () => {
      // Through another connection: within a transaction pg_stat_activity stays as it was.
      const { rowCount } = await bed.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name <> 'test' AND wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    await client.query('COMMIT');
    client.release();
  }
  await eventually(async () => (await countWhole(ids)) === 2_000, 60_000);
  await eventually(async () => (await bed.queueLength(STATUS_QUEUE)) === 0, 20_000);
  await eventually(async () => (await bed.queueLength(FAILED_QUEUE)) === 0, 20_000);
  await instance.stop();
}, 120_000);
