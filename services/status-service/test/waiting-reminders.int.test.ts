import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { laneQueue } from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { eventually } from '@notify/testing';
import { scheduledEvent } from './notification-event-builder.ts';
import { openTestBed, type TestBed } from './running-service.ts';

let bed: TestBed;
let email: Delivery[];
beforeAll(async () => {
  bed = await openTestBed();
  email = await bed.collect(laneQueue('email', 'high'));
}, 60_000);
afterAll(() => bed.close(), 60_000);

/** Blocks of the reminders and their indexes that were looked at. A connection counts when it is idle, a second late at most. */
async function blocksRead(): Promise<number> {
  const { rows } = await bed.database.query<{ count: number }>(
    `SELECT (heap_blks_read + heap_blks_hit + idx_blks_read + idx_blks_hit)::int AS count
     FROM pg_statio_user_tables WHERE schemaname = 'reminders' AND relname = 'job_common'`,
  );
  return rows[0]?.count ?? -1;
}

test('what waits for later is not read at every look', async () => {
  // Its tables are there; it does not look while they are filled.
  await (await bed.start()).stop();
  await bed.database.query(
    `INSERT INTO reminders.job_common (id, name, data, start_after)
     SELECT gen_random_uuid(), 'reminders', '{}', now() + interval '1 day' + n * interval '1 second' FROM generate_series(1, 100000) AS n`,
  );
  await bed.database.query('VACUUM ANALYZE reminders.job_common');
  await bed.database.query('SELECT pg_stat_force_next_flush()');
  const before = await blocksRead();
  await bed.start();
  await bed.start();
  await bed.publishEvents([scheduledEvent(randomUUID(), new Date(Date.now() + 4_000).toISOString())]);
  await eventually(() => email.length === 1);
  // Some 250; one look that reads them all takes a thousand and more.
  expect((await blocksRead()) - before).toBeLessThan(1_500);
}, 60_000);
