import Joi from 'joi';
import { CHANNELS, type Channel } from '../channels.ts';
import { TIMELINE_EVENTS, type TimelineEvent } from '../events.ts';
import { STATUSES, type Status } from '../statuses.ts';
import * as field from './fields.ts';

/** What a webhook can ask for: every line of a notification's timeline, and what becomes of the other webhooks. */
export const WEBHOOK_EVENTS = [
  ...TIMELINE_EVENTS.map((event) => `notification.${event}` as const),
  'webhook.disabled',
  'webhook.enabled',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];
/** `webhook.test` comes from the test button alone, and to whoever pressed it. */
export const WEBHOOK_TYPES = [...WEBHOOK_EVENTS, 'webhook.test'] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** Why a webhook gets nothing: it answered 410, it failed for days, or somebody said so. */
export const WEBHOOK_DISABLED_REASONS = ['gone', 'failing', 'by_hand'] as const;
export type WebhookDisabledReason = (typeof WEBHOOK_DISABLED_REASONS)[number];

/** A webhook as the API shows it: never its secret. */
export interface WebhookJson {
  id: string;
  url: string;
  events: WebhookEvent[];
  /** Of these notification types alone; null: of all. */
  notification_types: string[] | null;
  enabled: boolean;
  disabled_reason: WebhookDisabledReason | null;
  disabled_at: string | null;
  created_at: string;
  updated_at: string;
}
/** The answer that makes a webhook or rotates its secret: the only one with the secret, `whsec_...`. */
export interface NewWebhookJson extends WebhookJson {
  secret: string;
}

const webhookUrl = () => field.headerText(2_048).uri({ scheme: ['http', 'https'] });
const webhookEvents = () =>
  Joi.array()
    .items(
      Joi.string()
        .lowercase()
        .valid(...WEBHOOK_EVENTS),
    )
    .min(1)
    .unique();
const notificationTypes = () => Joi.array().items(field.callerId()).min(1).max(100).unique().allow(null);

/** `POST /api/v1/webhooks` */
export interface WebhookRequestJson {
  url: string;
  events: WebhookEvent[];
  notification_types: string[] | null;
}
export const webhookSchema = Joi.object<WebhookRequestJson>({
  url: webhookUrl().required(),
  events: webhookEvents().required(),
  notification_types: notificationTypes().default(null),
}).label('Webhook');

/** `PATCH /api/v1/webhooks/{id}` */
export interface WebhookPatchJson {
  url?: string;
  events?: WebhookEvent[];
  notification_types?: string[] | null;
  /** True lets one that was disabled go on. */
  enabled?: boolean;
}
export const webhookPatchSchema = Joi.object<WebhookPatchJson>({
  url: webhookUrl(),
  events: webhookEvents(),
  notification_types: notificationTypes(),
  enabled: Joi.boolean(),
})
  .min(1)
  .label('WebhookPatch');

export const WEBHOOK_DELIVERY_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type WebhookDeliveryStatus = (typeof WEBHOOK_DELIVERY_STATUSES)[number];

/** One request to a webhook. */
export interface WebhookAttemptJson {
  at: string;
  duration_ms: number;
  /** Null: no answer came. */
  response_status: number | null;
  /** Why not: `timeout`, `address_not_allowed`, `secret_unreadable`, or the system's code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`, ...). */
  error: string | null;
}

/** One event on its way to one webhook. */
export interface WebhookDeliveryJson {
  /** Also the header `webhook-id`: the same in every try. */
  id: string;
  webhook_id: string;
  sequence: number;
  type: WebhookType;
  notification_id: string | null;
  status: WebhookDeliveryStatus;
  attempts: WebhookAttemptJson[];
  /** Null where nothing more is tried by itself. */
  next_attempt_at: string | null;
  created_at: string;
}

/** `GET /api/v1/webhooks/{id}/deliveries` */
export interface WebhookDeliveriesQueryJson {
  status?: WebhookDeliveryStatus;
  notification_id?: string;
  limit: number;
  cursor?: string;
}
export const webhookDeliveriesQuerySchema = Joi.object<WebhookDeliveriesQueryJson>({
  status: Joi.string()
    .lowercase()
    .valid(...WEBHOOK_DELIVERY_STATUSES),
  notification_id: Joi.string().guid(),
  limit: field.listLimit(),
  cursor: field.listCursor(),
}).label('WebhookDeliveriesQuery');

/** What is told of a notification. Thin on purpose: whom and what it is about stays with those who may read the notification. */
export interface NotificationWebhookDataJson {
  notification_id: string;
  notification_type: string;
  event: TimelineEvent;
  /** What the event stands for. With mode `all` that is one channel's; the notification as a whole is read by its id. */
  status: Status;
  channel?: Channel;
  provider?: string;
  /** A reason code, as in the timeline. */
  reason?: string;
  correlation_id: string;
}
/** What is told of a webhook itself. */
export interface WebhookWebhookDataJson {
  webhook_id: string;
  /** Only of `webhook.disabled`. */
  reason?: WebhookDisabledReason;
}

/** The body of a webhook. */
export interface WebhookPayloadJson {
  type: WebhookType;
  /** When it happened; not when it was sent, which is the header `webhook-timestamp`. */
  timestamp: string;
  /** Counts what this webhook was to get, from 1 and without gaps, in the order in which it was stored; what arrives may come in another one. */
  sequence: number;
  data: NotificationWebhookDataJson | WebhookWebhookDataJson;
}

const payloadSchema = (data: Joi.ObjectSchema) =>
  Joi.object<WebhookPayloadJson>({
    type: Joi.valid(...WEBHOOK_TYPES).required(),
    timestamp: Joi.string().isoDate().required(),
    sequence: Joi.number().integer().min(1).required(),
    data: data.required(),
  }).unknown();

/** What receivers can rely on in `notification.*`; later versions may add fields. */
export const notificationWebhookSchema = payloadSchema(
  Joi.object<NotificationWebhookDataJson>({
    notification_id: Joi.string().guid().required(),
    notification_type: Joi.string().required(),
    event: Joi.valid(...TIMELINE_EVENTS).required(),
    status: Joi.valid(...STATUSES).required(),
    channel: Joi.valid(...CHANNELS),
    provider: Joi.string(),
    reason: Joi.string(),
    correlation_id: Joi.string().required(),
  }).unknown(),
);
/** The same of `webhook.*`. */
export const webhookWebhookSchema = payloadSchema(
  Joi.object<WebhookWebhookDataJson>({
    webhook_id: Joi.string().guid().required(),
    reason: Joi.valid(...WEBHOOK_DISABLED_REASONS),
  }).unknown(),
);
