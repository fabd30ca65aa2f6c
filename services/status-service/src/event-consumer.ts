import type { Closings } from '@notify/claims';
import { type Delivery, deadLetter, type Publisher } from '@notify/messaging';
import type { Logger } from '@notify/service-kit';
import { answerDeadlines, type ConfirmDeadline, isDeadline, parseDeadline } from './confirm-deadline.ts';
import { followReceipts } from './follow-receipts.ts';
import type { RecordStorage } from './notification-store.ts';
import { parseRecordEvent } from './parse-event.ts';
import type { RecordEvent } from './record-event.ts';
import { isUserChange, parseUserChange, replanWaits } from './replan-waits.ts';
import type { StatusMetrics } from './status-metrics.ts';
import { storeEventsOrSingleOut } from './store-events-or-single-out.ts';

interface Refused {
  delivery: Delivery;
  reason: 'invalid_message' | 'unstorable';
  detail: string;
}

/**
 * Handles batches of status.queue: valid events and receipts are folded into their records; what follows from receipts, and from deadlines
 * that passed without one, is done; what waits for a user who has changed is decided anew. The others go to the failed queue, and neither
 * waits for the other. Throws while the database is away: the batch is then tried again, which is harmless at any point since every part
 * can be repeated.
 */
export function createEventBatchHandler(
  context: RecordStorage & {
    publisher: Publisher;
    closings: Closings;
    metrics: StatusMetrics;
    logger: Logger;
  },
): (deliveries: Delivery[]) => Promise<void> {
  const { publisher, metrics, logger } = context;
  return async (deliveries) => {
    const sources = new Map<RecordEvent, Delivery>();
    const deadlines: ConfirmDeadline[] = [];
    const changedUsers = new Set<string>();
    const refused: Refused[] = [];
    for (const delivery of deliveries) {
      if (isDeadline(delivery)) {
        const { deadline, problem } = parseDeadline(delivery);
        if (deadline === undefined) refused.push({ delivery, reason: 'invalid_message', detail: problem });
        else deadlines.push(deadline);
        continue;
      }
      if (isUserChange(delivery)) {
        const change = parseUserChange(delivery);
        if (change === undefined) refused.push({ delivery, reason: 'invalid_message', detail: 'names no user' });
        else if (change.movesQuietHours) changedUsers.add(change.userId);
        continue;
      }
      const { event, problem } = parseRecordEvent(delivery);
      if (event === undefined) refused.push({ delivery, reason: 'invalid_message', detail: problem });
      else sources.set(event, delivery);
    }
    const invalidCount = refused.length;

    const { unstorable, news } = await storeEventsOrSingleOut(context, [...sources.keys()], logger);
    await followReceipts(context, news);
    await answerDeadlines(context, deadlines);
    await replanWaits(context, [...changedUsers]);
    for (const event of unstorable) {
      const delivery = sources.get(event) as Delivery;
      refused.push({ delivery, reason: 'unstorable', detail: 'PostgreSQL refuses its data' });
    }
    // After the others are safe. Published before the batch is acknowledged: a crash in between repeats, never loses.
    await Promise.all(refused.map(({ delivery, reason, detail }) => deadLetter(publisher, delivery, reason, detail)));

    metrics.batches.inc();
    metrics.folded.inc(sources.size - unstorable.length);
    metrics.invalid.inc(invalidCount);
    metrics.unstorable.inc(unstorable.length);
    if (invalidCount > 0) logger.warn('invalid events dead-lettered', { count: invalidCount });
  };
}
