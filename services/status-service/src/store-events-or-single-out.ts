import { errorFields, type Logger } from '@notify/service-kit';
import { isDataError } from './data-error.ts';
import { type RecordStorage, storeEvents } from './notification-store.ts';
import type { ReceiptNews } from './receipt-news.ts';
import type { RecordEvent } from './record-event.ts';

interface Stored {
  /** What the receipts of accepted notifications bring. */
  news: ReceiptNews[];
  /** What the database will never take. */
  unstorable: RecordEvent[];
}

/**
 * Stores events; when the database refuses some for what is in them, all others are stored nevertheless.
 * @throws when the database can't be used now; nothing is lost by trying all of them again.
 */
export async function storeEventsOrSingleOut(
  storage: RecordStorage,
  events: readonly RecordEvent[],
  logger: Logger,
): Promise<Stored> {
  try {
    return { news: await storeEvents(storage, events), unstorable: [] };
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (events.length === 1) {
      logger.warn('an event can not be stored', {
        notification_id: events[0]?.notification_id,
        // Not the message: PostgreSQL quotes the value in it.
        error_code: errorFields(error).error_code,
      });
      return { news: [], unstorable: [...events] };
    }
  }
  // Halving finds one culprit among 500 in about 20 transactions, and many without more than twice as many as events.
  const middle = Math.ceil(events.length / 2);
  const first = await storeEventsOrSingleOut(storage, events.slice(0, middle), logger);
  const second = await storeEventsOrSingleOut(storage, events.slice(middle), logger);
  return {
    news: [...first.news, ...second.news],
    unstorable: [...first.unstorable, ...second.unstorable],
  };
}
