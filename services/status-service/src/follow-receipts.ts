import type { Closings } from '@notify/claims';
import type { Publisher } from '@notify/messaging';
import { type Database, errorFields, inTransaction, type Logger } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { type KeptNotification, lockNotifications } from './kept-notification-store.ts';
import { arrivals, movesAfterReceipts, receiptEvents } from './next-move.ts';
import { publishAll } from './publish-all.ts';
import type { ReceiptNews } from './receipt-news.ts';

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
 * @throws what PostgreSQL and the broker throw while they are away.
 */
export async function followReceipts(
  {
    database,
    publisher,
    closings,
    logger,
  }: { database: Database; publisher: Publisher; closings: Closings; logger: Logger },
  news: readonly ReceiptNews[],
): Promise<void> {
  if (news.length === 0) return;
  const at = new Date().toISOString();
  const kept = await inTransaction(database, async (client) => {
    const locked = await lockNotifications(
      client,
      news.map(({ notificationId }) => notificationId),
    );
    const byId = new Map(locked.map((each) => [each.record.notificationId, each]));
    await publishAll(
      publisher,
      news.flatMap(({ notificationId, entries }) => receiptEvents(byId.get(notificationId), entries)),
    );
    await advanceNotifications(
      client,
      publisher,
      locked.flatMap((each) => movesAfterReceipts(each, at)),
    );
    return locked;
  });
  await Promise.all(kept.map((each) => closeArrived(closings, logger, each)));
}
