import type { Closings } from '@notify/claims';
import { AppError, type AttemptJson, isSettled } from '@notify/contracts';
import { eventMessage, type Publisher, timelineEntry } from '@notify/messaging';
import { type Database, inTransaction, type Logger } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { closeArrived } from './close-arrived.ts';
import { lockNotifications } from './kept-notification-store.ts';

export interface ReadDependencies {
  database: Database;
  publisher: Publisher;
  closings: Closings;
  logger: Logger;
}

/** A provider has it, or may have it. */
const wentOut = ({ status }: AttemptJson): boolean => status !== 'failed';

/**
 * The application says that its user has read it: it is `read`, where it went out last, and nothing more of it is sent. Saying it again
 * changes nothing.
 * @throws AppError `notification_not_found` (or its acceptance has not reached the record yet), `conflict` when nothing of it has gone out,
 *   or it was erased, `dependency_unavailable` without the broker: it may be read, and saying it again completes it.
 */
export async function readNotification(
  id: string,
  { database, publisher, closings, logger }: ReadDependencies,
): Promise<void> {
  const read = await inTransaction(database, async (client) => {
    const [kept] = await lockNotifications(client, [id]);
    if (kept === undefined || !kept.record.isAccepted) {
      throw new AppError('notification_not_found', 'There is no notification with this id');
    }
    const { record, envelope } = kept;
    if (record.timeline.some(({ event }) => event === 'read')) return undefined;
    const last = record.attempts.findLast(wentOut);
    if (last === undefined) {
      const why = isSettled(record.status) ? `it is ${record.status}` : 'nothing of it has been sent yet';
      throw new AppError('conflict', `Nobody can have read it: ${why}`);
    }
    if (envelope === undefined) throw new AppError('conflict', 'Its content was erased');
    const { epoch, hop, attempt } = last;
    const there = { ...envelope, epoch, hop, attempt };
    const at = new Date().toISOString();
    const event = eventMessage(there, 'read', 'read', {
      attempts: [],
      timeline: [timelineEntry(there, 'read', 'read', at)],
      occurredAt: at,
    });
    const after = await advanceNotifications(client, publisher, [{ record, messages: [], event }]);
    return { record: after.get(id) ?? record, envelope };
  });
  if (read !== undefined) await closeArrived(closings, logger, read);
}
