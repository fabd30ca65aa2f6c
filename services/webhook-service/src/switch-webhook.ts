import type { WebhookDisabledReason } from '@notify/contracts';
import { type Database, type DatabaseClient, inTransaction, type Logger } from '@notify/service-kit';
import { storeEvents } from './store-events.ts';
import { switchedEvent } from './webhook-event.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';
import { disableWebhook, enableWebhook, listEnabledWebhooks, lockWebhooks, type Webhook } from './webhook-store.ts';

export interface SwitchContext {
  database: Database;
  metrics: WebhookMetrics;
  logger: Logger;
  /** Called when there is something to deliver. */
  wake(): void;
}

/** Disables a webhook by itself, and tells the others that want to know. */
export async function switchOff(context: SwitchContext, id: string, reason: WebhookDisabledReason): Promise<void> {
  await inTransaction(context.database, async (client) => {
    await lockWebhooks(client);
    await switchWebhook(context, client, id, reason);
  });
  context.wake();
}

/**
 * Disables a webhook, or without a reason enables it, and stores the event for the others. What it was still to get waits meanwhile; what
 * happens meanwhile it is never told.
 * @param client in a transaction that has locked the webhooks.
 * @returns the webhook, if that changed anything.
 */
export async function switchWebhook(
  { metrics, logger }: SwitchContext,
  client: DatabaseClient,
  id: string,
  reason?: WebhookDisabledReason,
): Promise<Webhook | undefined> {
  const switched = reason === undefined ? await enableWebhook(client, id) : await disableWebhook(client, id, reason);
  if (switched === undefined) return undefined;
  await storeEvents(client, await listEnabledWebhooks(client), [switchedEvent(id, reason, switched.updatedAt)]);
  if (reason === undefined) logger.info('webhook enabled', { webhook_id: id });
  else {
    metrics.disabled.inc({ reason });
    logger.warn('webhook disabled', { webhook_id: id, reason });
  }
  return switched;
}
