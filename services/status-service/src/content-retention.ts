import { setTimeout as sleep } from 'node:timers/promises';
import type { NotificationTypes } from '@notify/contracts';
import { type Database, errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import { eraseContentOf, eraseDeadLetterBodies, typesWithContent } from './content-retention-store.ts';

const INTERVAL_MS = 3_600_000;
/** A few milliseconds of row locks, and then everybody else has the database for a while. */
const BATCH_SIZE = 500;
const PAUSE_MS = 50;
const DAY_MS = 86_400_000;

export interface RetentionContext {
  database: Database;
  types: NotificationTypes;
}

/** Calls it until it has nothing left to do. @returns what it did. */
async function untilDone(eraseSome: () => Promise<number>, signal?: AbortSignal): Promise<number> {
  let total = 0;
  while (signal?.aborted !== true) {
    const count = await eraseSome();
    total += count;
    if (count < BATCH_SIZE) break;
    await sleep(PAUSE_MS);
  }
  return total;
}

/**
 * Takes out of the record what was said and to whom, as long ago as each type's `content_retention_days` says. Ids, metadata, trail and
 * outcome stay; such a notification can't be retried any more. Several instances can do it at once.
 * @returns how many notifications and dead letters lost their content.
 */
export async function eraseOldContent(
  { database, types }: RetentionContext,
  now = new Date(),
  signal?: AbortSignal,
): Promise<number> {
  const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
  let total = 0;
  for (const type of await typesWithContent(database)) {
    const before = daysAgo(types.settingsOf(type).contentRetentionDays);
    total += await untilDone(() => eraseContentOf(database, type, before, BATCH_SIZE), signal);
  }
  const before = daysAgo(types.settingsOf('default').contentRetentionDays);
  return total + (await untilDone(() => eraseDeadLetterBodies(database, before, BATCH_SIZE), signal));
}

/** Erases old content at the start and every hour, until the service stops. */
export function startContentRetention(context: RetentionContext & { logger: Logger; lifecycle: Lifecycle }): void {
  const { logger, lifecycle } = context;
  const stop = new AbortController();
  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        const count = await eraseOldContent(context, new Date(), stop.signal);
        if (count > 0) logger.info('old content erased', { count });
      } catch (error) {
        logger.warn('old content can not be erased now', errorFields(error));
      }
      await sleep(INTERVAL_MS, undefined, { signal: stop.signal }).catch(() => {});
    }
  }
  const running = run();
  lifecycle.onShutdown('content retention', async () => {
    stop.abort();
    await running;
  });
}
