import type { Delivery } from '@notify/messaging';
import { type Database, inTransaction, type Logger } from '@notify/service-kit';
import { storeEvents } from './store-events.ts';
import { readEvents, type WebhookEventToTell } from './webhook-event.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';
import { listEnabledWebhooks } from './webhook-store.ts';

export interface EventConsumerOptions {
  database: Database;
  metrics: WebhookMetrics;
  logger: Logger;
  /** Called when there is something to deliver. */
  wake(): void;
}

/**
 * Handles batches of webhooks.queue: what webhooks have asked for is stored for each, before the batch is acknowledged. What can't be read
 * is dropped here: status-service gets the same message and puts it into the failed queue.
 * Throws while the database is away: the batch is then tried again.
 */
export function createEventBatchHandler({ database, metrics, logger, wake }: EventConsumerOptions) {
  return async (deliveries: Delivery[]): Promise<void> => {
    const events: WebhookEventToTell[] = [];
    let invalidCount = 0;
    for (const { body } of deliveries) {
      const told = readEvents(body);
      if (told === undefined) invalidCount += 1;
      else events.push(...told);
    }
    const webhooks = await listEnabledWebhooks(database);
    const stored =
      webhooks.length === 0 ? 0 : await inTransaction(database, (client) => storeEvents(client, webhooks, events));
    if (stored > 0) wake();
    metrics.stored.inc(stored);
    metrics.invalid.inc(invalidCount);
    if (invalidCount > 0) logger.warn('events that can not be read are dropped', { count: invalidCount });
  };
}
