import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import { deleteOldDeliveries } from './delivery-store.ts';

const INTERVAL_MS = 3_600_000;
/** In one statement: milliseconds, whatever there is to delete. */
const BATCH_SIZE = 1_000;

/** Deletes what is older than the log is kept, hourly, until the service stops. Several instances do no harm. */
export function startRetention(
  { database, logger, retentionDays }: { database: Database; logger: Logger; retentionDays: number },
  lifecycle: Lifecycle,
): void {
  const stopping = new AbortController();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        let deleted = BATCH_SIZE;
        while (deleted === BATCH_SIZE && !stopping.signal.aborted) {
          deleted = await deleteOldDeliveries(database, retentionDays, BATCH_SIZE);
        }
      } catch (error) {
        logger.warn('old webhook deliveries could not be deleted', errorFields(error));
      }
      await sleep(INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const stopped = run();
  lifecycle.onShutdown('webhook retention', async () => {
    stopping.abort();
    await stopped;
  });
}
