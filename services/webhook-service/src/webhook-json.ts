import type { WebhookDeliveryJson, WebhookJson } from '@notify/contracts';
import type { Delivery } from './delivery-store.ts';
import type { Webhook } from './webhook-store.ts';

export function webhookToJson(webhook: Webhook): WebhookJson {
  return {
    id: webhook.id,
    url: webhook.url,
    events: webhook.events,
    notification_types: webhook.notificationTypes,
    enabled: webhook.disabledAt === null,
    disabled_reason: webhook.disabledReason,
    disabled_at: webhook.disabledAt?.toISOString() ?? null,
    created_at: webhook.createdAt.toISOString(),
    updated_at: webhook.updatedAt.toISOString(),
  };
}

export function deliveryToJson(delivery: Delivery): WebhookDeliveryJson {
  return {
    id: delivery.id,
    webhook_id: delivery.webhookId,
    sequence: delivery.sequence,
    type: delivery.type,
    notification_id: delivery.notificationId,
    status: delivery.status,
    attempts: delivery.attempts,
    next_attempt_at: delivery.nextAttemptAt?.toISOString() ?? null,
    created_at: delivery.createdAt.toISOString(),
  };
}
