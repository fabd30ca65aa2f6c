import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import { agreedTime } from './agreed-time.ts';
import { addMonths, monthOf, startOfMonth } from './months.ts';
import { createPartitions, deleteOlderThan, dropPartition, listPartitions } from './partition-store.ts';
import { rollUpCounters } from './stats-counter-store.ts';

const INTERVAL_MS = 3_600_000;
/** What is accepted finds its month, though nobody could create one for as long. */
const MONTHS_AHEAD = 3;

/** Creates this month and the next ones. @throws what PostgreSQL throws. */
export function createMonths(database: Database, now: Date): Promise<void> {
  const first = monthOf(now);
  return createPartitions(
    database,
    Array.from({ length: MONTHS_AHEAD + 1 }, (_, index) => addMonths(first, index)),
  );
}

/**
 * Drops the months all of which is older than the retention, and deletes what is as old and in no month.
 * @param retentionMonths how many whole months before this one stay.
 * @throws what PostgreSQL throws; the next time goes on.
 */
export async function dropOldMonths(
  database: Database,
  retentionMonths: number,
  now: Date,
  logger: Logger,
): Promise<void> {
  const oldest = startOfMonth(addMonths(monthOf(now), -retentionMonths));
  for (const partition of await listPartitions(database)) {
    if (partition.untilMs > oldest.getTime()) continue;
    const isDropped = await dropPartition(database, partition);
    if (isDropped) logger.info('an old month was dropped', { partition: partition.name });
    else logger.warn('an old month stays: something in it is not settled', { partition: partition.name });
  }
  const deleted = await deleteOlderThan(database, oldest);
  if (deleted > 0) logger.info('old rows were deleted', { count: deleted });
}

/**
 * Keeps the months of the record: those that come are there before it returns, and each hour what is missing is created, old counters are rolled up, and
 * what is too old dropped, unless the clocks here and in PostgreSQL disagree.
 * Several instances may.
 * @throws when the months can't be created; the service then fails to start.
 */
export async function startKeepingMonths(
  database: Database,
  retentionMonths: number,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<void> {
  await createMonths(database, new Date());
  const stop = new AbortController();

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await createMonths(database, new Date());
        await rollUpCounters(database, new Date());
        await dropOldMonths(database, retentionMonths, await agreedTime(database, new Date()), logger);
      } catch (error) {
        logger.warn('the months of the record could not be kept; trying again', errorFields(error));
      }
      await sleep(INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const running = run();
  lifecycle.onShutdown('months of the record', async () => {
    stop.abort();
    await running;
  });
}
