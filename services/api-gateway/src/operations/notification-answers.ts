import {
  type AttemptJson,
  batchAnswerSchema,
  type NotificationJson,
  type NotificationTypeJson,
  type NotifyOutcomeJson,
  notificationPageSchema,
  notificationSchema,
  notificationTypePageSchema,
  notifyAcceptedSchema,
  notifyOutcomeSchema,
  replayAnswerSchema,
  sendAnswerSchema,
  statsSchema,
  type TimelineEntryJson,
  timelineLine,
} from '@notify/contracts';
import { says, saysPage } from './operation.ts';

const ID = '0193a5c1-6d20-7b44-8f7e-2f1f6f0c9e11';
const LINKS = { self: `/api/v1/notifications/${ID}` };
const at = (second: string) => `2026-12-01T09:30:${second}Z`;
const line = (entry: Omit<TimelineEntryJson, 'id'>) => timelineLine({ id: '', ...entry });

const BOUNCED: AttemptJson = {
  channel: 'email',
  provider: 'smtp',
  epoch: 0,
  hop: 0,
  attempt: 1,
  status: 'failed',
  error_code: '5.1.1',
  error_class: 'recipient',
  started_at: at('12.190'),
  duration_ms: 84,
};
const TEXTED: AttemptJson = {
  channel: 'sms',
  provider: 'twilio',
  epoch: 0,
  hop: 1,
  attempt: 1,
  status: 'sent',
  provider_message_id: 'SM3f0c9e112f1f4b448f7e0193a5c16d20',
  started_at: at('12.301'),
  duration_ms: 131,
};

const DELIVERED: NotificationJson = {
  notification_id: ID,
  status: 'delivered',
  channel: 'sms',
  priority: 'high',
  notification_type: 'security_alert',
  user_id: 'user-456',
  mode: 'first_success',
  channels: ['email', 'sms'],
  attempts: [BOUNCED, { ...TEXTED, status: 'delivered' }],
  timeline: [
    line({ event: 'accepted', status: 'accepted', at: at('12.100') }),
    line({ event: 'processing', status: 'processing', channel: 'email', at: at('12.190') }),
    line({ event: 'failover', status: 'processing', channel: 'email', reason: 'recipient', at: at('12.274') }),
    line({ event: 'processing', status: 'processing', channel: 'sms', at: at('12.301') }),
    line({ event: 'sent', status: 'sent', channel: 'sms', at: at('12.432') }),
    line({ event: 'delivered', status: 'delivered', channel: 'sms', provider: 'twilio', at: at('14.020') }),
  ],
  created_at: at('12.100'),
  updated_at: at('14.020'),
  send_at: null,
  expires_at: null,
  metadata: { order_id: 'A-1' },
  correlation_id: 'checkout-7f3a',
};
const WAITING: Pick<NotificationJson, 'channel' | 'attempts' | 'timeline'> = {
  channel: 'email',
  attempts: [],
  timeline: DELIVERED.timeline.slice(0, 1),
};

export const sendAnswer = says(sendAnswerSchema, {
  notification_id: ID,
  status: 'accepted',
  channels: ['email', 'sms'],
  priority: 'high',
  created_at: at('12.100'),
  links: LINKS,
});

export const batchAnswer = says(batchAnswerSchema, {
  accepted: 1,
  rejected: 1,
  results: [
    { index: 0, notification_id: ID },
    {
      index: 1,
      error: {
        type: 'urn:notification-system:problem:user_not_found',
        title: 'No such user',
        status: 404,
        detail: 'There is no user with this id',
        code: 'user_not_found',
        correlation_id: 'checkout-7f3a',
      },
    },
  ],
});

const FALLBACK: NotifyOutcomeJson = {
  notification_id: ID,
  status: 'sent',
  channel: 'sms',
  fallback_used: true,
  attempts: [BOUNCED, TEXTED],
  skipped: [],
};
export const notifyFallback = says(notifyOutcomeSchema, FALLBACK);
export const notifyOutcome = says(notifyOutcomeSchema, {
  ...FALLBACK,
  channel: 'email',
  fallback_used: false,
  attempts: [
    {
      channel: 'email',
      provider: 'smtp',
      epoch: 0,
      hop: 0,
      attempt: 1,
      status: 'sent',
      provider_message_id: '<0193a5c1@notify.example>',
      started_at: at('12.190'),
      duration_ms: 84,
    },
  ],
});
export const notifyAccepted = says(notifyAcceptedSchema, { notification_id: ID, status: 'accepted', links: LINKS });

export const notification = says(notificationSchema, DELIVERED);
export const notificationPage = saysPage(notificationPageSchema, DELIVERED);
export const cancelledNotification = says(notificationSchema, {
  ...DELIVERED,
  ...WAITING,
  status: 'cancelled',
  timeline: [...WAITING.timeline, line({ event: 'cancelled', status: 'cancelled', at: at('14.020') })],
});
export const retriedNotification = says(notificationSchema, {
  ...DELIVERED,
  status: 'processing',
  channel: 'email',
  attempts: [BOUNCED],
  timeline: [
    ...DELIVERED.timeline.slice(0, 2),
    line({ event: 'failed', status: 'failed', channel: 'email', reason: 'recipient', at: at('12.274') }),
    line({ event: 'replayed', status: 'processing', reason: 'retry', at: at('14.020') }),
  ],
});
export const readNotification = says(notificationSchema, {
  ...DELIVERED,
  status: 'read',
  timeline: [...DELIVERED.timeline, line({ event: 'read', status: 'read', channel: 'sms', at: at('40.511') })],
  updated_at: at('40.511'),
});
export const replayAnswer = says(replayAnswerSchema, { matched: 42, replayed: 0 });

export const statsAnswer = says(statsSchema, {
  window: '1h',
  since: '2026-12-01T08:31:00.000Z',
  counted_at: at('58.002'),
  total: 1_204,
  by_status: { delivered: 1_130, sent: 52, failed: 4, scheduled: 18 },
  by_channel: { email: { delivered: 902, sent: 40, failed: 4, scheduled: 18 }, sms: { delivered: 228, sent: 12 } },
  success_rate: 0.9966,
  latency_ms: { p50: 92, p95: 310, p99: 1_240 },
  providers: [{ channel: 'email', provider: 'smtp', calls: 960, faults: 3, availability: 0.9969 }],
  sampled: 1_204,
  queue_depths: { 'email.high.queue': 0, 'sms.high.queue': 2 },
});

const SCHEDULES = { before_failover: ['1s', '5s'], last_channel: ['30s', '2m', '10m', '1h'] } as const;
const SECURITY_ALERT: NotificationTypeJson = {
  notification_type: 'security_alert',
  title: 'Security alerts',
  titles: { fr: 'Alertes de sécurité' },
  required: true,
  unsubscribe: false,
  on_unknown: 'resend',
  user_cap: 'exempt',
  quiet_hours: 'exempt',
  content_retention_days: 30,
  retry: {
    critical: { ...SCHEDULES, last_channel: ['1s', '5s', '30s', '2m', '10m'] },
    high: SCHEDULES,
    medium: SCHEDULES,
    low: SCHEDULES,
  },
};
export const notificationTypePage = saysPage(notificationTypePageSchema, SECURITY_ALERT);
