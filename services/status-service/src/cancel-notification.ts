import type { Closings } from '@notify/claims';
import { AppError, isSettled, type Status } from '@notify/contracts';
import { cancelledMessage, type Publisher } from '@notify/messaging';
import { type Database, inTransaction } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { lockNotifications } from './kept-notification-store.ts';

export interface CancelDependencies {
  database: Database;
  publisher: Publisher;
  closings: Closings;
}

/** A provider has it, or may have it. */
const WITH_A_PROVIDER: ReadonlySet<Status> = new Set(['sent', 'delivered', 'read', 'unknown']);

function refuseSettled(status: Status): void {
  if (WITH_A_PROVIDER.has(status)) throw new AppError('already_sent', `Too late: it is ${status}`);
  if (isSettled(status)) throw new AppError('conflict', `There is nothing left to cancel: it is ${status}`);
}

/**
 * Cancels: no worker can claim it any more, and its row says so. Cancelling again changes nothing.
 *
 * Claims and cancels meet in Redis, one script each, so that one of them comes first. A scheduled one asks there too: its lane message
 * may be out already, when whoever sent it there died before the row was committed.
 * @throws AppError `notification_not_found` (or its acceptance has not reached the record yet), `already_sent`, `conflict`, or
 *   `dependency_unavailable`: without Redis nothing has changed; without the broker it may be cancelled, and cancelling again completes it.
 */
export async function cancelNotification(
  id: string,
  { database, publisher, closings }: CancelDependencies,
): Promise<void> {
  await inTransaction(database, async (client) => {
    const [kept] = await lockNotifications(client, [id]);
    if (kept === undefined || !kept.record.isAccepted) {
      throw new AppError('notification_not_found', 'There is no notification with this id');
    }
    const { record, envelope } = kept;
    if (record.status === 'cancelled') return;
    refuseSettled(record.status);
    if (envelope === undefined) throw new AppError('conflict', 'Its content was erased');
    const isCancelled = await closings.cancel(id, record.epoch).catch((cause: unknown) => {
      throw new AppError('dependency_unavailable', 'Redis is unavailable', { cause });
    });
    if (!isCancelled) throw new AppError('already_sent', 'Too late: a provider has it, or is just being asked');
    const event = cancelledMessage({ ...envelope, attempt: record.attempt }, new Date().toISOString());
    await advanceNotifications(client, publisher, [{ record, messages: [], event }]);
  });
}
