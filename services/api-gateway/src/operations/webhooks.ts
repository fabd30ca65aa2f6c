import { pageQuerySchema, webhookDeliveriesQuerySchema, webhookPatchSchema, webhookSchema } from '@notify/contracts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';
import {
  newWebhook,
  webhook,
  webhookDelivery,
  webhookDeliveryPage,
  webhookPage,
  webhookTest,
} from './webhook-answers.ts';

const WEBHOOK_PROBLEM = { 404: 'No such webhook' };
const common = { tag: 'Webhooks', scope: 'webhooks:write' } as const;

export const WEBHOOK_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/v1/webhooks',
    ...common,
    summary: 'Have what happens to notifications posted to an address of yours, signed',
    body: {
      schema: webhookSchema,
      example: { url: 'https://hooks.example.com/notify', events: ['notification.delivered', 'notification.failed'] },
    },
    answers: {
      201: newWebhook('Created. The answer alone shows its `secret`'),
      ...VALIDATION_PROBLEM,
      409: 'There are 100 webhooks already',
    },
  },
  {
    method: 'get',
    path: '/api/v1/webhooks',
    ...common,
    summary: 'List webhooks, newest first',
    query: pageQuerySchema,
    answers: { 200: webhookPage('A page of webhooks'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/webhooks/{id}',
    ...common,
    summary: 'One webhook: what it asked for, and whether it is enabled',
    answers: { 200: webhook('The webhook'), ...WEBHOOK_PROBLEM },
  },
  {
    method: 'patch',
    path: '/api/v1/webhooks/{id}',
    ...common,
    summary: 'Change a webhook; `enabled` switches it off and on again',
    body: { schema: webhookPatchSchema, example: { enabled: true } },
    answers: { 200: webhook('Changed'), ...VALIDATION_PROBLEM, ...WEBHOOK_PROBLEM },
  },
  {
    method: 'delete',
    path: '/api/v1/webhooks/{id}',
    ...common,
    summary: 'Delete a webhook: it gets nothing more, not even what was on its way',
    answers: { 204: 'Deleted', ...WEBHOOK_PROBLEM },
  },
  {
    method: 'post',
    path: '/api/v1/webhooks/{id}/rotate_secret',
    ...common,
    summary:
      'Give a webhook another secret; the one before signs along for 24 hours, also when it is rotated again meanwhile',
    answers: { 200: newWebhook('The webhook with its new `secret`'), ...WEBHOOK_PROBLEM },
  },
  {
    method: 'post',
    path: '/api/v1/webhooks/{id}/test',
    ...common,
    summary: 'Send a `webhook.test` now, once, and tell what came of it; a disabled webhook can be tested too',
    answers: { 200: webhookTest('The delivery: `succeeded` or `failed`'), ...WEBHOOK_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/webhooks/{id}/deliveries',
    ...common,
    summary: 'What was sent to a webhook, newest first, with every attempt',
    query: webhookDeliveriesQuerySchema,
    answers: { 200: webhookDeliveryPage('A page of deliveries'), ...VALIDATION_PROBLEM, ...WEBHOOK_PROBLEM },
  },
  {
    method: 'post',
    path: '/api/v1/webhooks/deliveries/{id}/resend',
    ...common,
    summary: 'Send a delivery again, with the same `webhook-id`',
    answers: { 202: webhookDelivery('Its tries begin anew'), 404: 'No such delivery', 409: 'The webhook is disabled' },
  },
];
