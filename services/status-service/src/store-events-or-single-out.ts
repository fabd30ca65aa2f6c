import { type Database, errorFields, type Logger } from '@notify/service-kit';
import { isDataError } from './data-error.ts';
import { storeEvents } from './notification-store.ts';
import type { RecordEvent } from './record-event.ts';

/**
 * Stores events; when the database refuses some for what is in them, all others are stored nevertheless.
 * @returns those that it will never take.
 * @throws when the database can't be used now; nothing is lost by trying all of them again.
 */
export async function storeEventsOrSingleOut(
  database: Database,
  events: readonly RecordEvent[],
  logger: Logger,
): Promise<RecordEvent[]> {
  try {
    await storeEvents(database, events);
    return [];
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (events.length === 1) {
      logger.warn('an event can not be stored', {
        notification_id: events[0]?.notification_id,
        // Not the message: PostgreSQL quotes the value in it.
        error_code: errorFields(error).error_code,
      });
      return [...events];
    }
  }
  // Halving finds one culprit among 500 in about 20 transactions, and many without more than twice as many as events.
  const middle = Math.ceil(events.length / 2);
  return [
    ...(await storeEventsOrSingleOut(database, events.slice(0, middle), logger)),
    ...(await storeEventsOrSingleOut(database, events.slice(middle), logger)),
  ];
}
