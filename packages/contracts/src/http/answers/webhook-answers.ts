import type Joi from 'joi';
import type { ListJson } from '../list.ts';
import {
  type NewWebhookJson,
  WEBHOOK_DELIVERY_STATUSES,
  WEBHOOK_DISABLED_REASONS,
  WEBHOOK_EVENTS,
  WEBHOOK_TYPES,
  type WebhookAttemptJson,
  type WebhookDeliveryJson,
  type WebhookJson,
} from '../webhooks.ts';
import * as field from './answer-fields.ts';

/** What is said of webhooks. */

const webhook = {
  id: field.uuid(),
  url: field.text(),
  events: field.listOf(field.oneOf(WEBHOOK_EVENTS)),
  notification_types: field.listOf(field.text()).allow(null),
  enabled: field.flag(),
  disabled_reason: field.oneOf(WEBHOOK_DISABLED_REASONS).allow(null),
  disabled_at: field.time().allow(null),
  created_at: field.time(),
  updated_at: field.time(),
};
export const webhookAnswerSchema: Joi.ObjectSchema<WebhookJson> = field.named<WebhookJson>('Webhook', webhook);
export const webhookPageSchema: Joi.ObjectSchema<ListJson<WebhookJson>> = field.pageOf('Webhook', webhookAnswerSchema);
export const newWebhookSchema: Joi.ObjectSchema<NewWebhookJson> = field.named<NewWebhookJson>('NewWebhook', {
  ...webhook,
  secret: field.text(),
});

const webhookAttemptSchema = field.named<WebhookAttemptJson>('WebhookAttempt', {
  at: field.time(),
  duration_ms: field.count(),
  response_status: field.count().allow(null),
  error: field.text().allow(null),
});
export const webhookDeliverySchema: Joi.ObjectSchema<WebhookDeliveryJson> = field.named<WebhookDeliveryJson>(
  'WebhookDelivery',
  {
    id: field.uuid(),
    webhook_id: field.uuid(),
    sequence: field.count(),
    type: field.oneOf(WEBHOOK_TYPES),
    notification_id: field.uuid().allow(null),
    status: field.oneOf(WEBHOOK_DELIVERY_STATUSES),
    attempts: field.listOf(webhookAttemptSchema),
    next_attempt_at: field.time().allow(null),
    created_at: field.time(),
  },
);
export const webhookDeliveryPageSchema: Joi.ObjectSchema<ListJson<WebhookDeliveryJson>> = field.pageOf(
  'WebhookDelivery',
  webhookDeliverySchema,
);
