import Joi from 'joi';
import { type AttemptJson, attemptJsonSchema } from './attempt.ts';
import { CHANNELS, type Channel } from './channels.ts';
import type { EnvelopeJson } from './envelope.ts';
import { STATUSES, type Status } from './statuses.ts';
import { check } from './validate.ts';

/** What happened to a notification, in the words of the timeline. */
export const TIMELINE_EVENTS = [
  'accepted',
  'planned',
  'scheduled',
  'due',
  'replayed',
  'resumed',
  'skipped',
  'deferred',
  'processing',
  'retrying',
  'failover',
  'sent',
  'delivered',
  'opened',
  'read',
  'bounced',
  'undelivered',
  'complained',
  'unknown',
  'expired',
  'suppressed',
  'failed',
  'cancelled',
] as const;
export type TimelineEvent = (typeof TIMELINE_EVENTS)[number];

/** One line of a notification's trail. `id` is derived (see eventId), so a repeat is recognised. */
export interface TimelineEntryJson {
  id: string;
  event: TimelineEvent;
  status: Status;
  channel?: Channel;
  /** Of the channel: the provider that another one took over from, or that sent the receipt. */
  provider?: string;
  /** A reason code: one of ours (reason-codes.ts), or on a receipt the vendor's own. */
  reason?: string;
  /** Only on `deferred`, where it waits in the record: when it goes on. */
  until?: string;
  at: string;
}

/**
 * `notification.<event>` on notifications.events. One event carries everything a worker did in one go
 * (its decisions and provider calls), so that a delivery costs the record one message.
 */
export interface NotificationEventJson {
  version: 1;
  event_id: string;
  event: TimelineEvent;
  notification_id: string;
  epoch: number;
  hop: number;
  attempt: number;
  /** The status that this event stands for, at that position. */
  status: Status;
  channel?: Channel;
  attempts: AttemptJson[];
  timeline: TimelineEntryJson[];
  notification_type: string;
  user_id?: string;
  correlation_id: string;
  occurred_at: string;
  /** Only on `sent`: when the next channel takes over, unless a receipt says `delivered` before. */
  confirm_by?: string;
  /** Only on `accepted`: the whole message, which status-service keeps. */
  envelope?: EnvelopeJson;
}

const timelineEntrySchema = Joi.object<TimelineEntryJson>({
  id: Joi.string().required(),
  event: Joi.valid(...TIMELINE_EVENTS).required(),
  status: Joi.valid(...STATUSES).required(),
  channel: Joi.valid(...CHANNELS),
  provider: Joi.string(),
  reason: Joi.string(),
  until: Joi.string().isoDate(),
  at: Joi.string().isoDate().required(),
});

export const notificationEventSchema = Joi.object<NotificationEventJson>({
  version: Joi.valid(1).required(),
  event_id: Joi.string().required(),
  event: Joi.valid(...TIMELINE_EVENTS).required(),
  notification_id: Joi.string().guid().required(),
  epoch: Joi.number().integer().min(0).required(),
  hop: Joi.number().integer().min(0).required(),
  // 0: before the first try on this hop, when the record itself moved the notification there.
  attempt: Joi.number().integer().min(0).required(),
  status: Joi.valid(...STATUSES).required(),
  channel: Joi.valid(...CHANNELS),
  attempts: Joi.array().items(attemptJsonSchema.unknown()).required(),
  timeline: Joi.array().items(timelineEntrySchema.unknown()).min(1).required(),
  notification_type: Joi.string().required(),
  user_id: Joi.string(),
  correlation_id: Joi.string().required(),
  occurred_at: Joi.string().isoDate().required(),
  confirm_by: Joi.string().isoDate(),
  // The gateway validated it against the public schema; here it only has to be there.
  envelope: Joi.object().unknown().when('event', { is: 'accepted', then: Joi.required() }),
})
  .unknown()
  .required();

/** Why an address is not to be used any more: it can't be reached, its owner called a message spam, or said STOP. */
export const REJECTION_REASONS = ['hard_bounce', 'complaint', 'opted_out'] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** `recipient.rejected`: a provider says that this address is not to be used any more. */
export interface RecipientRejectedJson {
  version: 1;
  event_id: string;
  channel: Channel;
  address: string;
  reason: RejectionReason;
  user_id?: string;
  provider: string;
  error_code: string;
  occurred_at: string;
}
export const recipientRejectedSchema = Joi.object<RecipientRejectedJson>({
  version: Joi.valid(1).required(),
  event_id: Joi.string().required(),
  channel: Joi.valid(...CHANNELS).required(),
  address: Joi.string().required(),
  reason: Joi.valid(...REJECTION_REASONS).default('hard_bounce'),
  user_id: Joi.string(),
  provider: Joi.string().required(),
  error_code: Joi.string().required(),
  occurred_at: Joi.string().isoDate().required(),
}).unknown();

/** `user.changed`, `template.changed`: caches drop what they hold of it. Sent after the change is committed. */
export interface ChangedJson {
  version: 1;
  /** The user_id or the template's code. */
  id: string;
}
const changed = { version: Joi.valid(1).required(), id: Joi.string().required() };
export const changedSchema = Joi.object<ChangedJson>(changed).unknown();

export interface UserChangedJson extends ChangedJson {
  /** What may be different: fields of the user, `preferences`, `devices`. Left out: anything. */
  changed?: readonly string[];
}
export const userChangedSchema = Joi.object<UserChangedJson>({
  ...changed,
  changed: Joi.array().items(Joi.string()),
}).unknown();

/**
 * `user.erased`: whoever keeps something of this person forgets it. Told several times, over a day, so that what was on its way then is found too;
 * each time all that is older than `erased_at`, and nothing of somebody who got the same id later.
 */
export interface UserErasedJson extends ChangedJson {
  erased_at: string;
}
export const userErasedSchema = Joi.object<UserErasedJson>({
  ...changed,
  erased_at: Joi.string().isoDate().required(),
}).unknown();

/** A gateway may remember an erased user for this long, since a change takes that long to be known everywhere. */
const REMEMBERED_MS = 1_000;

export interface Erasure {
  userId: string;
  /** What names the user and was accepted by then is of that person. */
  until: Date;
}

/** What a `user.erased` message says, or what is wrong with it. Never throws. */
export function parseUserErased(text: string): { erasure: Erasure; problem?: never } | { problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'not JSON' };
  }
  const result = check(userErasedSchema.required(), json);
  if (result.errors !== undefined) {
    return { problem: result.errors.map(({ field, code }) => `${field || 'message'}: ${code}`).join(', ') };
  }
  const { id, erased_at: erasedAt } = result.value;
  return { erasure: { userId: id, until: new Date(Date.parse(erasedAt) + REMEMBERED_MS) } };
}

export const USER_CHANGED = 'user.changed';
export const USER_ERASED = 'user.erased';
export const TEMPLATE_CHANGED = 'template.changed';
export const RECIPIENT_REJECTED = 'recipient.rejected';

export function notificationEventRoutingKey(event: TimelineEvent): string {
  return `notification.${event}`;
}
