import type {
  NewWebhookJson,
  WebhookDeliveriesQueryJson,
  WebhookDeliveryJson,
  WebhookJson,
  WebhookPatchJson,
  WebhookRequestJson,
} from '@notify/contracts';
import type { Asked } from './asked.ts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

export type WebhookRequest = Asked<WebhookRequestJson, 'notification_types'>;

export interface WebhooksApi {
  /** The answer's `secret` is shown this once: `verifyWebhook` needs it. */
  create(webhook: WebhookRequest, options?: CallOptions): Promise<NewWebhookJson>;
  /** Newest first. */
  list(query?: PageQuery, options?: CallOptions): List<WebhookJson>;
  get(webhookId: string, options?: CallOptions): Promise<WebhookJson>;
  /** What is not named stays. `enabled: true` lets one that was disabled go on. */
  update(webhookId: string, change: WebhookPatchJson, options?: CallOptions): Promise<WebhookJson>;
  delete(webhookId: string, options?: CallOptions): Promise<void>;
  /** Gives it another secret; for 24 hours everything is signed with the one before as well. */
  rotateSecret(webhookId: string, options?: CallOptions): Promise<NewWebhookJson>;
  /** Sends a `webhook.test` at once, to a disabled one too, and tells what came of it. */
  test(webhookId: string, options?: CallOptions): Promise<WebhookDeliveryJson>;
  /** The log, newest first. */
  deliveries(
    webhookId: string,
    query?: PageQuery & Pick<WebhookDeliveriesQueryJson, 'status' | 'notification_id'>,
    options?: CallOptions,
  ): List<WebhookDeliveryJson>;
  /** Begins the tries of a delivery anew, with the same `webhook-id`. */
  resend(deliveryId: string, options?: CallOptions): Promise<WebhookDeliveryJson>;
}

export function webhooksApi(transport: Transport): WebhooksApi {
  return {
    create: (body, options) => transport({ method: 'POST', path: '/api/v1/webhooks', body, ...options }),
    list: (query, options) => list(transport, { path: '/api/v1/webhooks', query, ...options }),
    get: (webhookId, options) => transport({ method: 'GET', path: path`/api/v1/webhooks/${webhookId}`, ...options }),
    update: (webhookId, body, options) =>
      transport({ method: 'PATCH', path: path`/api/v1/webhooks/${webhookId}`, body, ...options }),
    delete: (webhookId, options) =>
      transport({ method: 'DELETE', path: path`/api/v1/webhooks/${webhookId}`, ...options }),
    rotateSecret: (webhookId, options) =>
      transport({ method: 'POST', path: path`/api/v1/webhooks/${webhookId}/rotate_secret`, ...options }),
    test: (webhookId, options) =>
      transport({ method: 'POST', path: path`/api/v1/webhooks/${webhookId}/test`, ...options }),
    deliveries: (webhookId, query, options) =>
      list(transport, { path: path`/api/v1/webhooks/${webhookId}/deliveries`, query, ...options }),
    resend: (deliveryId, options) =>
      transport({ method: 'POST', path: path`/api/v1/webhooks/deliveries/${deliveryId}/resend`, ...options }),
  };
}
