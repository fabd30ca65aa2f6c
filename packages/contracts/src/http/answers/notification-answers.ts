import Joi from 'joi';
import { ATTEMPT_STATUSES, type AttemptJson, ERROR_CLASSES } from '../../attempt.ts';
import { MODES } from '../../channels.ts';
import type { Skip } from '../../envelope.ts';
import { ERROR_CODES } from '../../error-codes.ts';
import { TIMELINE_EVENTS } from '../../events.ts';
import {
  type NotificationTypeJson,
  ON_QUIET_HOURS,
  ON_UNKNOWN,
  ON_USER_CAP,
  type RetrySchedules,
} from '../../notification-types.ts';
import { RUNGS, type RungName } from '../../rungs.ts';
import type { TimelineLineJson } from '../../timeline-detail.ts';
import type {
  BatchAnswerJson,
  BatchResultJson,
  NotificationJson,
  NotifyAcceptedJson,
  NotifyOutcomeJson,
  ReplayAnswerJson,
  SendAnswerJson,
} from '../notifications.ts';
import * as field from './answer-fields.ts';
import { fieldErrorSchema } from './field-error.ts';

/** What is said of notifications. */

const linksSchema = field.named<SendAnswerJson['links']>('NotificationLinks', { self: field.text() });

export const sendAnswerSchema = field.named<SendAnswerJson>('SendAnswer', {
  notification_id: field.uuid(),
  status: field.status(),
  channels: field.listOf(field.channel()),
  priority: field.priority(),
  created_at: field.time(),
  links: linksSchema.required(),
});

/** A problem document as it would have come alone, with further members by its code. */
const batchErrorSchema = Joi.object({
  type: field.text(),
  title: field.text(),
  status: field.count(),
  detail: field.text().optional(),
  code: field.oneOf(Object.keys(ERROR_CODES)),
  correlation_id: field.text(),
  errors: field.listOf(fieldErrorSchema).optional(),
  notification_id: field.uuid().optional(),
})
  .unknown()
  .meta({ title: 'BatchError' });
const batchAcceptedSchema = field.named<{ index: number; notification_id: string }>('BatchAccepted', {
  index: field.count(),
  notification_id: field.uuid(),
});
const batchRejectedSchema = field.named<{ index: number; error: Record<string, unknown> }>('BatchRejected', {
  index: field.count(),
  error: batchErrorSchema.required(),
});
export const batchAnswerSchema = field.named<BatchAnswerJson>('BatchAnswer', {
  accepted: field.count(),
  rejected: field.count(),
  results: field.listOf(Joi.alternatives<BatchResultJson>(batchAcceptedSchema, batchRejectedSchema)),
});

const attemptSchema = field.named<AttemptJson>('Attempt', {
  channel: field.channel(),
  provider: field.text(),
  epoch: field.count(),
  hop: field.count(),
  attempt: field.count(),
  status: field.oneOf(ATTEMPT_STATUSES),
  error_code: field.text().optional(),
  error_class: field.oneOf(ERROR_CLASSES).optional(),
  provider_message_id: field.text().optional(),
  started_at: field.time(),
  duration_ms: Joi.number().min(0).required(),
});

const skipSchema = field.named<Skip>('Skip', { channel: field.channel(), reason: field.text() });

export const notifyOutcomeSchema = field.named<NotifyOutcomeJson>('NotifyOutcome', {
  notification_id: field.uuid(),
  status: field.oneOf(['sent', 'delivered']),
  channel: field.channel(),
  fallback_used: field.flag(),
  attempts: field.listOf(attemptSchema),
  skipped: field.listOf(skipSchema),
});

export const notifyAcceptedSchema = field.named<NotifyAcceptedJson>('NotifyAccepted', {
  notification_id: field.uuid(),
  status: field.oneOf(['accepted']),
  links: linksSchema.required(),
});

const timelineLineSchema = field.named<TimelineLineJson>('TimelineLine', {
  event: field.oneOf(TIMELINE_EVENTS),
  status: field.status(),
  channel: field.channel().optional(),
  provider: field.text().optional(),
  reason: field.text().optional(),
  until: field.time().optional(),
  at: field.time(),
  detail: field.text(),
});

export const notificationSchema = field.named<NotificationJson>('Notification', {
  notification_id: field.uuid(),
  status: field.status(),
  channel: field.channel().allow(null),
  priority: field.priority(),
  notification_type: field.text(),
  user_id: field.text().allow(null),
  mode: field.oneOf(MODES),
  channels: field.listOf(field.channel()),
  attempts: field.listOf(attemptSchema),
  timeline: field.listOf(timelineLineSchema),
  created_at: field.time(),
  updated_at: field.time(),
  send_at: field.time().allow(null),
  expires_at: field.time().allow(null),
  metadata: field.freeData(),
  correlation_id: field.text(),
});
export const notificationPageSchema = field.pageOf('Notification', notificationSchema);

export const replayAnswerSchema = field.named<ReplayAnswerJson>('ReplayAnswer', {
  matched: field.count(),
  replayed: field.count(),
});

const rungs = () => field.listOf(field.oneOf(RUNGS.map(({ name }) => name)));
const retrySchema = field.named<Record<keyof RetrySchedules, RungName[]>>('RetrySchedules', {
  before_failover: rungs(),
  last_channel: rungs(),
});
export const notificationTypeSchema = field.named<NotificationTypeJson>('NotificationType', {
  notification_type: field.text(),
  title: field.text(),
  titles: field.byKey(field.text()),
  required: field.flag(),
  unsubscribe: field.flag(),
  on_unknown: field.oneOf(ON_UNKNOWN),
  user_cap: field.oneOf(ON_USER_CAP),
  quiet_hours: field.oneOf(ON_QUIET_HOURS),
  content_retention_days: field.count(),
  retry: field
    .named<NotificationTypeJson['retry']>('RetryByPriority', {
      critical: retrySchema.required(),
      high: retrySchema.required(),
      medium: retrySchema.required(),
      low: retrySchema.required(),
    })
    .required(),
});
export const notificationTypePageSchema = field.pageOf('NotificationType', notificationTypeSchema);
