import type { Closings } from '@notify/claims';
import type { Publisher } from '@notify/messaging';
import { type Database, inTransaction, type Logger } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { closeArrived } from './close-arrived.ts';
import { lockNotifications } from './kept-notification-store.ts';
import { movesAfterReceipts, receiptEvents } from './next-move.ts';
import { publishAll } from './publish-all.ts';
import type { ReceiptNews } from './receipt-news.ts';

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
