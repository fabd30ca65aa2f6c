import { EVENTS_EXCHANGE, USER_ERASED, type UserErasedJson } from '@notify/contracts';
import type { Publisher } from '@notify/messaging';
import {
  createWakeablePause,
  type Database,
  errorFields,
  inTransaction,
  type Lifecycle,
  type Logger,
} from '@notify/service-kit';
import { type DueErasure, keepTold, takeDueErasures } from './erasure-store.ts';

const POLL_INTERVAL_MS = 500;
const FAILED_POLL_DELAY_MS = 5_000;
const BATCH_SIZE = 50;
/**
 * Told at once, and again after each of these, in seconds: for what was on its way to a database then, or waited on a rung, or in a queue
 * whose reader was away.
 */
const TELL_AGAIN_AFTER_SECONDS = [10, 60, 600, 3_600, 86_400];

function message({ userId, erasedAt, timesTold }: DueErasure) {
  const body: UserErasedJson = { version: 1, id: userId, erased_at: erasedAt.toISOString() };
  return {
    exchange: EVENTS_EXCHANGE,
    routingKey: USER_ERASED,
    messageId: `${userId}.erased.${erasedAt.getTime()}.${timesTold}`,
    body,
  };
}

/** Publishes first, then commits: a crash in between tells it once more. */
function tellDue(database: Database, publisher: Publisher): Promise<number> {
  return inTransaction(database, async (client) => {
    const due = await takeDueErasures(client, BATCH_SIZE);
    await Promise.all(due.map((erasure) => publisher.publish(message(erasure))));
    for (const erasure of due) await keepTold(client, erasure, TELL_AGAIN_AFTER_SECONDS[erasure.timesTold]);
    return due.length;
  });
}

/**
 * Tells `user.erased` until the service stops. Several instances share the work.
 * @returns what is to be called when somebody has just been erased: caches then forget them at once.
 */
export function startTellingErasures(context: {
  database: Database;
  publisher: Publisher;
  logger: Logger;
  lifecycle: Lifecycle;
}): () => void {
  const { database, publisher, logger, lifecycle } = context;
  const { wake, pause } = createWakeablePause();

  async function run(): Promise<void> {
    while (lifecycle.isRunning) {
      try {
        if ((await tellDue(database, publisher)) < BATCH_SIZE) await pause(POLL_INTERVAL_MS);
      } catch (error) {
        logger.warn('erasures can not be told now', errorFields(error));
        await pause(FAILED_POLL_DELAY_MS);
      }
    }
  }
  const running = run();
  lifecycle.onShutdown('telling of erasures', async () => {
    wake();
    await running;
  });
  return wake;
}
