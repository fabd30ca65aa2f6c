import type { Closings } from '@notify/claims';
import {
  check,
  EVENTS_EXCHANGE,
  type NotificationEventJson,
  notificationEventRoutingKey,
  notificationEventSchema,
} from '@notify/contracts';
import type { Delivery, OutgoingMessage, Publisher } from '@notify/messaging';
import type { Logger } from '@notify/service-kit';
import { readDeadLetter } from './dead-letter.ts';
import { storeDeadLetters } from './dead-letter-store.ts';
import { eventOfDeadLetter } from './event-of-dead-letter.ts';
import { followReceipts } from './follow-receipts.ts';
import type { RecordStorage } from './notification-store.ts';
import { publishAll } from './publish-all.ts';
import type { RecordEvent } from './record-event.ts';
import type { StatusMetrics } from './status-metrics.ts';
import { storeEventsOrSingleOut } from './store-events-or-single-out.ts';

/** For those who listen. What lacks a field that an event has is for the record alone. */
function messagesOf(events: readonly NotificationEventJson[]): OutgoingMessage[] {
  return events
    .filter((event) => check(notificationEventSchema, event).errors === undefined)
    .map((body) => ({
      exchange: EVENTS_EXCHANGE,
      routingKey: notificationEventRoutingKey(body.event),
      messageId: body.event_id,
      body,
    }));
}

/**
 * Handles batches of status.failed.queue: every message is kept as it came, and what it tells is folded into its notification's record, with
 * what follows from receipts; who listens is told of failures that nobody told of. It puts nothing back into the failed queue that is not
 * marked as told, so that nothing can go in circles: what the database refuses to fold ends here, with its dead letter. Throws only while
 * the database or the broker is away; every part can be repeated.
 */
export function createDeadLetterBatchHandler(
  context: RecordStorage & { publisher: Publisher; closings: Closings; metrics: StatusMetrics; logger: Logger },
): (deliveries: Delivery[]) => Promise<void> {
  const { database, publisher, metrics, logger } = context;
  return async (deliveries) => {
    const now = new Date();
    const events: RecordEvent[] = [];
    const untold: NotificationEventJson[] = [];
    const letters = deliveries.map((delivery) => {
      const told = eventOfDeadLetter(delivery, now);
      if (told.event !== undefined) events.push(told.event);
      if (told.untold !== undefined) untold.push(told.untold);
      return readDeadLetter(delivery, told.notificationId, now);
    });
    const { news, unstorable } = await storeEventsOrSingleOut(context, events, logger);
    await storeDeadLetters(database, letters);
    await followReceipts(context, news);
    await publishAll(publisher, messagesOf(untold.filter((event) => !unstorable.includes(event))));
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
