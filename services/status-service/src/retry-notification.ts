import { AppError } from '@notify/contracts';
import type { Publisher } from '@notify/messaging';
import { type Database, inTransaction } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { type KeptNotification, lockNotifications } from './kept-notification-store.ts';
import { isReplayable, nextEpoch } from './next-epoch.ts';

/**
 * Sends a failed or unknown notification once more, from the first channel of its plan, as its next epoch. Of two at once one does it.
 * @throws AppError `notification_not_found`, `conflict` (it is neither, has expired, or its content was erased), or
 *   `dependency_unavailable`; repeating it is then harmless.
 */
export async function retryNotification(
  id: string,
  { database, publisher }: { database: Database; publisher: Publisher },
): Promise<void> {
  await inTransaction(database, async (client) => {
    const [kept] = await lockNotifications(client, [id]);
    if (kept === undefined || !kept.record.isAccepted) {
      throw new AppError('notification_not_found', 'There is no notification with this id');
    }
    await advanceNotifications(client, publisher, [nextEpoch(kept.record, sendableAgain(kept), 'retry')]);
  });
}

function sendableAgain({ record, envelope }: KeptNotification) {
  if (!isReplayable(record.status)) {
    throw new AppError('conflict', `Only failed and unknown ones can be retried: it is ${record.status}`);
  }
  if (envelope === undefined) throw new AppError('conflict', 'Its content was erased');
  if (envelope.expiresAt !== undefined && Date.parse(envelope.expiresAt) <= Date.now()) {
    throw new AppError('conflict', `It expired at ${envelope.expiresAt}`);
  }
  return envelope;
}
