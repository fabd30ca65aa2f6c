import {
  newWebhookSchema,
  type WebhookDeliveryJson,
  type WebhookJson,
  webhookAnswerSchema,
  webhookDeliveryPageSchema,
  webhookDeliverySchema,
  webhookPageSchema,
} from '@notify/contracts';
import { says, saysPage } from './operation.ts';

const HOOK: WebhookJson = {
  id: '0193a5c1-7a3e-7c1f-9d55-0d3f5a7f10c2',
  url: 'https://hooks.example.com/notify',
  events: ['notification.delivered', 'notification.failed'],
  notification_types: null,
  enabled: true,
  disabled_reason: null,
  disabled_at: null,
  created_at: '2026-12-01T09:00:00.000Z',
  updated_at: '2026-12-01T09:00:00.000Z',
};
export const webhook = says(webhookAnswerSchema, HOOK);
export const webhookPage = saysPage(webhookPageSchema, HOOK);
export const newWebhook = says(newWebhookSchema, { ...HOOK, secret: 'whsec_<base64>' });

const DELIVERY: WebhookDeliveryJson = {
  id: '0193a5c2-01f7-7a61-8e0c-6b1d3c5e7f90',
  webhook_id: HOOK.id,
  sequence: 42,
  type: 'notification.delivered',
  notification_id: '0193a5c1-6d20-7b44-8f7e-2f1f6f0c9e11',
  status: 'succeeded',
  attempts: [{ at: '2026-12-01T09:30:14.120Z', duration_ms: 61, response_status: 204, error: null }],
  next_attempt_at: null,
  created_at: '2026-12-01T09:30:14.052Z',
};
export const webhookDeliveryPage = saysPage(webhookDeliveryPageSchema, DELIVERY);
export const webhookTest = says(webhookDeliverySchema, { ...DELIVERY, type: 'webhook.test', notification_id: null });
export const webhookDelivery = says(webhookDeliverySchema, {
  ...DELIVERY,
  status: 'pending',
  next_attempt_at: '2026-12-01T09:31:00.000Z',
});
