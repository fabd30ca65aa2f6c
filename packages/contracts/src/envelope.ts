import Joi from 'joi';
import { type Attempt, type AttemptJson, attemptFromJson, attemptJsonSchema, attemptToJson } from './attempt.ts';
import { CHANNELS, type Channel, MODES, type Mode, PRIORITIES, type Priority } from './channels.ts';
import type { Position } from './ids.ts';
import { check } from './validate.ts';

/** Contacts given with the request instead of a user. */
export interface InlineRecipient {
  email?: string;
  phone?: string;
  deviceTokens?: string[];
  locale?: string;
  timezone?: string;
}
export type Recipient = { userId: string; to?: never } | { to: InlineRecipient; userId?: never };

/** Ready-made content; email: subject = title. */
export interface Content {
  title?: string;
  body?: string;
  html?: string;
  data?: Record<string, string>;
}
export interface TemplateRef {
  code: string;
  locale?: string;
  version?: number;
}

/** The reason of a skip that is nobody's fault but the vendors': every provider of the channel has failed too often of late. */
export const PROVIDERS_UNAVAILABLE = 'providers_unavailable';

/** A channel of the plan that was passed over, and why. */
export interface Skip {
  channel: Channel;
  reason: string;
}

/** The message that travels through the lanes: one notification at one place of its plan. */
export interface Envelope extends Position {
  notificationId: string;
  /** How often our own outages put it off; never counts as a try. */
  deferrals: number;
  notificationType: string;
  priority: Priority;
  mode: Mode;
  recipient: Recipient;
  content?: Content;
  template?: TemplateRef;
  variables: Record<string, unknown>;
  /** Ordered; failover walks it left to right, `hop` is the place in it. With mode `all` each place has a message of its own. */
  plan: Channel[];
  tried: Attempt[];
  skipped: Skip[];
  /** It is not to be sent before. Only the record looks at it: a scheduled notification is in no lane. */
  sendAt?: string;
  /** It is not to be sent after. */
  expiresAt?: string;
  /** Without a delivered receipt by then, counted from the provider's acceptance, the next channel takes over. */
  confirmWithinSeconds?: number;
  /** Of a claim that was asked for and may have been taken, under which nothing was sent. */
  claimToken?: string;
  /** It comes back from the record after a wait: it is decided anew by what holds now, not by what is remembered of its user. */
  isResumed?: boolean;
  /** Set on a synchronous notification: the queue on which the gateway waits. One try per channel, no rungs. */
  replyTo?: string;
  correlationId: string;
  traceparent?: string;
  metadata: Record<string, unknown>;
  createdAt: string;
}

export interface EnvelopeJson {
  version: 1;
  notification_id: string;
  epoch: number;
  hop: number;
  attempt: number;
  deferrals: number;
  notification_type: string;
  priority: Priority;
  mode: Mode;
  recipient: RecipientJson;
  content?: Content;
  template?: TemplateRef;
  variables: Record<string, unknown>;
  plan: Channel[];
  tried: AttemptJson[];
  skipped: Skip[];
  send_at?: string;
  expires_at?: string;
  confirm_within_seconds?: number;
  claim_token?: string;
  is_resumed?: boolean;
  reply_to?: string;
  correlation_id: string;
  traceparent?: string;
  metadata: Record<string, unknown>;
  created_at: string;
}
export interface RecipientJson {
  user_id?: string;
  to?: { email?: string; phone?: string; device_tokens?: string[]; locale?: string; timezone?: string };
}

/** Whether another channel takes over where this one fails: with mode `all` each is for itself. */
export function hasNextChannel({ mode, hop, plan }: Pick<Envelope, 'mode' | 'hop' | 'plan'>): boolean {
  return mode === 'first_success' && hop + 1 < plan.length;
}

/** Lenient where a later version may add (unknown fields pass), strict in what is used. */
export const envelopeSchema = Joi.object<EnvelopeJson>({
  version: Joi.valid(1).required(),
  notification_id: Joi.string().guid().required(),
  epoch: Joi.number().integer().min(0).required(),
  hop: Joi.number().integer().min(0).required(),
  attempt: Joi.number().integer().min(1).required(),
  deferrals: Joi.number().integer().min(0).required(),
  notification_type: Joi.string().required(),
  priority: Joi.valid(...PRIORITIES).required(),
  mode: Joi.valid(...MODES).default('first_success'),
  recipient: Joi.object({
    user_id: Joi.string(),
    to: Joi.object({
      email: Joi.string(),
      phone: Joi.string(),
      device_tokens: Joi.array().items(Joi.string()),
      locale: Joi.string(),
      timezone: Joi.string(),
    }).unknown(),
  })
    .xor('user_id', 'to')
    .required(),
  content: Joi.object({
    title: Joi.string(),
    body: Joi.string(),
    html: Joi.string(),
    data: Joi.object().unknown(),
  }).unknown(),
  template: Joi.object({
    code: Joi.string().required(),
    locale: Joi.string(),
    version: Joi.number().integer(),
  }).unknown(),
  variables: Joi.object().unknown().required(),
  plan: Joi.array()
    .items(Joi.valid(...CHANNELS))
    .min(1)
    .required(),
  tried: Joi.array().items(attemptJsonSchema.unknown()).required(),
  skipped: Joi.array()
    .items(Joi.object({ channel: Joi.valid(...CHANNELS), reason: Joi.string() }))
    .required(),
  send_at: Joi.string().isoDate(),
  expires_at: Joi.string().isoDate(),
  confirm_within_seconds: Joi.number().integer().min(1),
  claim_token: Joi.string().max(255),
  is_resumed: Joi.boolean(),
  // What AMQP takes as a short string.
  reply_to: Joi.string().max(255),
  correlation_id: Joi.string().max(255).required(),
  traceparent: Joi.string(),
  metadata: Joi.object().unknown().required(),
  created_at: Joi.string().isoDate().required(),
})
  .unknown()
  .required()
  .custom((envelope: EnvelopeJson, helpers) =>
    envelope.hop < envelope.plan.length ? envelope : helpers.error('any.invalid'),
  );

export function envelopeToJson(envelope: Envelope): EnvelopeJson {
  const { recipient } = envelope;
  return {
    version: 1,
    notification_id: envelope.notificationId,
    epoch: envelope.epoch,
    hop: envelope.hop,
    attempt: envelope.attempt,
    deferrals: envelope.deferrals,
    notification_type: envelope.notificationType,
    priority: envelope.priority,
    mode: envelope.mode,
    recipient:
      recipient.to === undefined
        ? { user_id: recipient.userId }
        : {
            to: {
              email: recipient.to.email,
              phone: recipient.to.phone,
              device_tokens: recipient.to.deviceTokens,
              locale: recipient.to.locale,
              timezone: recipient.to.timezone,
            },
          },
    content: envelope.content,
    template: envelope.template,
    variables: envelope.variables,
    plan: envelope.plan,
    tried: envelope.tried.map(attemptToJson),
    skipped: envelope.skipped,
    send_at: envelope.sendAt,
    expires_at: envelope.expiresAt,
    confirm_within_seconds: envelope.confirmWithinSeconds,
    claim_token: envelope.claimToken,
    is_resumed: envelope.isResumed,
    reply_to: envelope.replyTo,
    correlation_id: envelope.correlationId,
    traceparent: envelope.traceparent,
    metadata: envelope.metadata,
    created_at: envelope.createdAt,
  };
}

/** Of what has been validated: one of the two is there. */
export function recipientFromJson({ user_id: userId, to }: RecipientJson): Recipient {
  if (to === undefined) return { userId: userId as string };
  const { email, phone, device_tokens: deviceTokens, locale, timezone } = to;
  return { to: { email, phone, deviceTokens, locale, timezone } };
}

/** What a message on a lane says, or everything that is wrong with it. Never throws. */
export function parseEnvelope(json: unknown): { envelope: Envelope; problem?: never } | { problem: string } {
  const result = check(envelopeSchema, json);
  if (result.errors !== undefined) {
    return { problem: result.errors.map(({ field, code }) => `${field || 'message'}: ${code}`).join(', ') };
  }
  const wire = result.value;
  return {
    envelope: {
      notificationId: wire.notification_id,
      epoch: wire.epoch,
      hop: wire.hop,
      attempt: wire.attempt,
      deferrals: wire.deferrals,
      notificationType: wire.notification_type,
      priority: wire.priority,
      mode: wire.mode,
      recipient: recipientFromJson(wire.recipient),
      content: wire.content,
      template: wire.template,
      variables: wire.variables,
      plan: wire.plan,
      tried: wire.tried.map(attemptFromJson),
      skipped: wire.skipped,
      sendAt: wire.send_at,
      expiresAt: wire.expires_at,
      confirmWithinSeconds: wire.confirm_within_seconds,
      claimToken: wire.claim_token,
      isResumed: wire.is_resumed,
      replyTo: wire.reply_to,
      correlationId: wire.correlation_id,
      traceparent: wire.traceparent,
      metadata: wire.metadata,
      createdAt: wire.created_at,
    },
  };
}
