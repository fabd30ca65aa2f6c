import type { Delivery } from '@notify/messaging';
import type { Logger } from '@notify/service-kit';
import { readDeadLetter } from './dead-letter.ts';
import { storeDeadLetters } from './dead-letter-store.ts';
import { eventOfDeadLetter } from './event-of-dead-letter.ts';
import type { RecordStorage } from './notification-store.ts';
import type { RecordEvent } from './record-event.ts';
import type { StatusMetrics } from './status-metrics.ts';
import { storeEventsOrSingleOut } from './store-events-or-single-out.ts';

/**
 * Handles batches of status.failed.queue: every message is kept as it came, and what it tells is folded into its
 * notification's record. It publishes nothing, so that nothing can go in circles: what the database refuses to fold
 * ends here, with its dead letter. Throws only while the database is away.
 */
export function createDeadLetterBatchHandler(
  context: RecordStorage & { metrics: StatusMetrics; logger: Logger },
): (deliveries: Delivery[]) => Promise<void> {
  const { database, metrics, logger } = context;
  return async (deliveries) => {
    const now = new Date();
    const events: RecordEvent[] = [];
    const letters = deliveries.map((delivery) => {
      const told = eventOfDeadLetter(delivery, now);
      if (told.event !== undefined) events.push(told.event);
      return readDeadLetter(delivery, told.notificationId, now);
    });
    await storeEventsOrSingleOut(context, events, logger);
    await storeDeadLetters(database, letters);
    metrics.deadLetters.inc(letters.length);
    for (const letter of letters) {
      logger.warn('dead letter', {
        dead_letter_id: letter.id,
        notification_id: letter.notificationId,
        reason: letter.reason,
        routing_key: letter.routingKey,
      });
    }
  };
}
