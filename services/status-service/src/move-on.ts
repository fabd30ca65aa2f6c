import type { Closings } from '@notify/claims';
import type { Publisher } from '@notify/messaging';
import { type Database, type DatabaseClient, errorFields, inTransaction, type Logger } from '@notify/service-kit';
import { foldEvents, type NotificationRecord } from './fold-events.ts';
import { type KeptNotification, lockNotifications } from './kept-notification-store.ts';
import { arrivals, type Move, movesAfterReceipts, receiptEvents } from './next-move.ts';
import { writeProgress } from './notification-store.ts';

/**
 * Publishes what the record does with notifications, confirmed, then folds it into their rows. The caller's transaction holds their locks
 * and commits: a crash, or a broker that does not answer, repeats it all, which the derived ids make harmless.
 * @throws BrokerUnavailableError
 */
export async function carryOut(
  client: DatabaseClient,
  publisher: Publisher,
  moves: readonly { record: NotificationRecord; moves: readonly Move[] }[],
): Promise<void> {
  const all = moves.flatMap((each) => each.moves);
  await Promise.all(all.flatMap(({ event, messages }) => [...messages, event]).map(publisher.publish));
  const moved = moves.filter((each) => each.moves.length > 0);
  await writeProgress(
    client,
    moved.map((each) =>
      foldEvents(
        each.record,
        each.moves.map(({ event }) => event.body),
      ),
    ),
  );
}

/** Nothing more of it is to be sent. While Redis is away another try or channel may still go out: it then arrives twice. */
async function closeArrived(closings: Closings, logger: Logger, { record }: KeptNotification): Promise<void> {
  try {
    for (const position of arrivals(record)) {
      await closings.closeDelivered(record.notificationId, record.mode === 'all' ? position : undefined);
    }
  } catch (error) {
    logger.warn('what has arrived could not be closed', {
      notification_id: record.notificationId,
      ...errorFields(error),
    });
  }
}

/**
 * What follows from receipts, once they are folded: those who listen are told, what arrived is closed, and what came back is taken over by the
 * next channel or has failed. However often and wherever it runs for the same receipts, it happens once.
 * @param ids of accepted notifications that have receipts.
 * @throws what PostgreSQL and the broker throw while they are away.
 */
export async function followReceipts(
  {
    database,
    publisher,
    closings,
    logger,
  }: { database: Database; publisher: Publisher; closings: Closings; logger: Logger },
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const at = new Date().toISOString();
  const kept = await inTransaction(database, async (client) => {
    const locked = await lockNotifications(client, ids);
    await Promise.all(locked.flatMap(receiptEvents).map(publisher.publish));
    await carryOut(
      client,
      publisher,
      locked.map((each) => ({ record: each.record, moves: movesAfterReceipts(each, at) })),
    );
    return locked;
  });
  await Promise.all(kept.map((each) => closeArrived(closings, logger, each)));
}
