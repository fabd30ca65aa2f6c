import Joi from 'joi';
import type { AttemptJson } from '../attempt.ts';
import { type Channel, MODES, type Mode, type Priority } from '../channels.ts';
import type { Content, RecipientJson, Skip, TemplateRef } from '../envelope.ts';
import { STATUSES, type Status } from '../statuses.ts';
import type { TimelineLineJson } from '../timeline-detail.ts';
import * as field from './fields.ts';

/** `POST /api/v1/notifications` */
export interface SendRequestJson {
  user_id?: string;
  to?: RecipientJson['to'];
  notification_type: string;
  priority: Priority;
  template?: TemplateRef;
  variables: Record<string, unknown>;
  content?: Content;
  channels?: Channel[];
  mode: Mode;
  send_at?: Date;
  expires_at?: Date;
  confirm_within_seconds?: number;
  idempotency_key?: string;
  metadata: Record<string, unknown>;
}

export const sendRequestSchema = Joi.object<SendRequestJson>({
  user_id: field.callerId(),
  to: Joi.object({
    email: field.email(),
    phone: field.phone(),
    device_tokens: Joi.array()
      .items(field.headerText(4096))
      .min(1)
      .max(50)
      // Named twice is meant once.
      .custom((tokens: string[]) => [...new Set(tokens)]),
    locale: field.locale(),
    timezone: field.timezone(),
  }).or('email', 'phone', 'device_tokens'),
  notification_type: field.callerId().default('default'),
  priority: field.priority().default('medium'),
  template: Joi.object({
    code: field.callerId().required(),
    locale: field.locale(),
    version: Joi.number().integer().min(1),
  }),
  variables: Joi.object().unknown().default({}),
  content: Joi.object({
    title: field.headerText(998),
    body: field.text(100_000),
    html: field.text(200_000),
    data: Joi.object().pattern(field.DATA_KEY_PATTERN, field.text(4096)),
  }).or('title', 'body', 'html'),
  channels: Joi.array().items(field.channel()).min(1).unique(),
  mode: Joi.string<Mode>()
    .lowercase()
    .valid(...MODES)
    .default('first_success'),
  send_at: field.time(),
  expires_at: field
    .time()
    .greater('now')
    // Not where that is no time at all: it is named for itself.
    .when('send_at', { is: field.time().required(), then: Joi.date().greater(Joi.ref('send_at')) }),
  // A receipt that takes longer than a week does not come.
  confirm_within_seconds: Joi.number()
    .integer()
    .min(1)
    .max(7 * 86_400)
    // Not `when`: the OpenAPI document would show it as a value that nothing can be.
    .custom((value: number, helpers) =>
      helpers.state.ancestors[0].mode === 'all' ? helpers.error('number.modeAll') : value,
    )
    .messages({ 'number.modeAll': '{{#label}} has no meaning with mode all: every channel is used anyway' }),
  idempotency_key: field.idempotencyKey(),
  metadata: field.metadata().default({}),
})
  .xor('user_id', 'to')
  .xor('template', 'content')
  .label('SendRequest');

/** `POST /api/v1/notifications/batch`. What is in an item is checked item by item. */
export interface BatchRequestJson {
  notifications: unknown[];
  idempotency_key?: string;
}
export const batchRequestSchema = Joi.object<BatchRequestJson>({
  notifications: Joi.array().items(Joi.any()).min(1).max(1000).required(),
  idempotency_key: field.idempotencyKey(),
}).label('BatchRequest');

/** The same for those who read: with what each item has to be, which is looked at one by one. */
export const describedBatchSchema = batchRequestSchema.keys({
  notifications: Joi.array()
    .items(sendRequestSchema.fork('idempotency_key', (key) => key.forbidden()).label('BatchItem'))
    .min(1)
    .max(1000)
    .required(),
});

/** What an item has to be for {@link sendRequestSchema} to say the rest. A key of its own would be one that nobody keeps to. */
export const batchItemSchema = Joi.object({
  idempotency_key: Joi.forbidden().messages({
    'any.unknown': '{{#label}} belongs to the batch, not to one of its items',
  }),
})
  .unknown()
  .required()
  .label('the notification');

/**
 * One of its items: accepted under this id, or why not. An error after which it may have been accepted nevertheless
 * (`dependency_unavailable`, `internal_error`) names the id that it then has; the batch repeated under its key settles it.
 */
export type BatchResultJson =
  | { index: number; notification_id: string; error?: never }
  | {
      index: number;
      notification_id?: never;
      error: Record<string, unknown> & { code: string; notification_id?: string };
    };
export interface BatchAnswerJson {
  accepted: number;
  rejected: number;
  /** In the order of the request. */
  results: BatchResultJson[];
}

/** The 202 answer to one notification. */
export interface SendAnswerJson {
  notification_id: string;
  status: Status;
  channels: Channel[];
  priority: Priority;
  created_at: string;
  links: { self: string };
}

/** `POST /api/notify` */
export interface NotifyRequestJson {
  to: { email?: string; phone?: string };
  message: string;
  subject?: string;
  type: string;
  priority: Priority;
  timeout_ms: number;
  idempotency_key?: string;
}

export const notifyRequestSchema = Joi.object<NotifyRequestJson>({
  to: Joi.object({ email: field.email(), phone: field.phone() }).or('email', 'phone').required(),
  message: field.text(100_000).required(),
  subject: field.headerText(998),
  type: field.callerId().required(),
  priority: field.priority().default('high'),
  // The proxy or client in front usually gives up at 30 or 60 seconds.
  timeout_ms: Joi.number().integer().min(100).max(55_000).default(25_000),
  idempotency_key: field.idempotencyKey(),
}).label('NotifyRequest');

/** The 200 and 207 answers to it: a channel took it. */
export interface NotifyOutcomeJson {
  notification_id: string;
  status: 'sent' | 'delivered';
  channel: Channel;
  /** The first channel did not: 207. */
  fallback_used: boolean;
  /** In the order in which they were made. */
  attempts: AttemptJson[];
  /** The channels that were passed over without a try, and why: a suppressed address, say. */
  skipped: Skip[];
}
/** The 202 answer: no outcome within `timeout_ms`, delivery goes on. */
export interface NotifyAcceptedJson {
  notification_id: string;
  status: 'accepted';
  links: { self: string };
}

/** Which notifications are meant: all that every given field fits. */
export interface NotificationFilterJson {
  status?: Status;
  channel?: Channel;
  user_id?: string;
  notification_type?: string;
  priority?: Priority;
  created_after?: Date;
  created_before?: Date;
}

const filterFields = (statuses: readonly Status[]) => ({
  status: Joi.string()
    .lowercase()
    .valid(...statuses),
  channel: field.channel(),
  user_id: field.callerId(),
  notification_type: field.callerId(),
  priority: field.priority(),
  created_after: field.time(),
  created_before: field.time(),
});

/** `GET /api/v1/notifications` */
export interface ListQueryJson extends NotificationFilterJson {
  limit: number;
  cursor?: string;
}

export const listQuerySchema = Joi.object<ListQueryJson>({
  ...filterFields(STATUSES),
  limit: field.listLimit(),
  cursor: field.listCursor(),
}).label('ListQuery');

/** `POST /api/v1/notifications/{id}/cancel` and `.../retry`: the path says it all. */
export const noFieldsSchema = Joi.object({}).label('NoFields');

/** What can be sent again. */
export const REPLAYABLE_STATUSES = ['failed', 'unknown'] as const satisfies readonly Status[];

/** `POST /api/v1/notifications/replay` */
export interface ReplayRequestJson {
  /** Without a status: failed and unknown ones. */
  filter: NotificationFilterJson;
  /** Only count. */
  dry_run: boolean;
  idempotency_key?: string;
}

export const replayRequestSchema = Joi.object<ReplayRequestJson>({
  filter: Joi.object(filterFields(REPLAYABLE_STATUSES)).required(),
  dry_run: Joi.boolean().strict().default(false),
  idempotency_key: field.idempotencyKey(),
}).label('ReplayRequest');

/** The 202 answer to it. */
export interface ReplayAnswerJson {
  /** What the filter fits and can be sent again. */
  matched: number;
  /** 0 with `dry_run`; less than `matched` where one call was not enough. */
  replayed: number;
}

/** A notification as the API shows it. */
export interface NotificationJson {
  notification_id: string;
  status: Status;
  channel: Channel | null;
  priority: Priority;
  notification_type: string;
  user_id: string | null;
  mode: Mode;
  channels: Channel[];
  attempts: AttemptJson[];
  timeline: TimelineLineJson[];
  created_at: string;
  updated_at: string;
  send_at: string | null;
  expires_at: string | null;
  metadata: Record<string, unknown>;
  correlation_id: string;
}
