import type {
  ChangedJson,
  EnvelopeJson,
  NotificationEventJson,
  ReceiptJson,
  RecipientRejectedJson,
  SyncReplyJson,
  UserChangedJson,
  UserErasedJson,
} from '@notify/contracts';

/** One notification on its way, as its messages show it: the SMS took over from the email and arrived. */

const NOTIFICATION_ID = '0193a5c1-6d20-7b44-8f7e-2f1f6f0c9e11';
const CORRELATION_ID = 'checkout-7f3a';

const failedEmail: EnvelopeJson['tried'][number] = {
  channel: 'email',
  provider: 'smtp',
  epoch: 0,
  hop: 0,
  attempt: 1,
  status: 'failed',
  error_code: '5.1.1',
  error_class: 'recipient',
  started_at: '2026-12-01T09:30:10.120Z',
  duration_ms: 84,
};
const sentSms: EnvelopeJson['tried'][number] = {
  channel: 'sms',
  provider: 'twilio',
  epoch: 0,
  hop: 1,
  attempt: 1,
  status: 'sent',
  provider_message_id: 'SM0123456789abcdef0123456789abcdef',
  started_at: '2026-12-01T09:30:10.290Z',
  duration_ms: 131,
};

export const envelopeExample: EnvelopeJson = {
  version: 1,
  notification_id: NOTIFICATION_ID,
  epoch: 0,
  hop: 1,
  attempt: 1,
  deferrals: 0,
  notification_type: 'otp',
  priority: 'critical',
  mode: 'first_success',
  recipient: { user_id: 'ada' },
  template: { code: 'otp', locale: 'en' },
  variables: { code: '123456' },
  plan: ['email', 'sms'],
  tried: [failedEmail],
  skipped: [],
  expires_at: '2026-12-01T09:40:00.000Z',
  correlation_id: CORRELATION_ID,
  metadata: { order: 'A-1001' },
  created_at: '2026-12-01T09:30:10.000Z',
};

const sentAt = '2026-12-01T09:30:10.421Z';

export const notificationEventExample: NotificationEventJson = {
  version: 1,
  event_id: `${NOTIFICATION_ID}.0.1.1.sent`,
  event: 'sent',
  notification_id: NOTIFICATION_ID,
  epoch: 0,
  hop: 1,
  attempt: 1,
  status: 'sent',
  channel: 'sms',
  attempts: [sentSms],
  timeline: [
    {
      id: `${NOTIFICATION_ID}.0.1.1.processing`,
      event: 'processing',
      status: 'processing',
      channel: 'sms',
      at: sentSms.started_at,
    },
    { id: `${NOTIFICATION_ID}.0.1.1.sent`, event: 'sent', status: 'sent', channel: 'sms', at: sentAt },
  ],
  notification_type: 'otp',
  user_id: 'ada',
  correlation_id: CORRELATION_ID,
  occurred_at: sentAt,
};

export const receiptExample: ReceiptJson = {
  version: 1,
  event_id: 'twilio.SM0123456789abcdef0123456789abcdef.delivered',
  outcome: 'delivered',
  channel: 'sms',
  provider: 'twilio',
  notification_id: NOTIFICATION_ID,
  epoch: 0,
  hop: 1,
  attempt: 1,
  occurred_at: '2026-12-01T09:30:12.214Z',
};

export const recipientRejectedExample: RecipientRejectedJson = {
  version: 1,
  event_id: `${NOTIFICATION_ID}.0.0.1.rejected.0`,
  channel: 'email',
  address: 'bounce-1@sandbox.test',
  reason: 'hard_bounce',
  user_id: 'ada',
  provider: 'smtp',
  error_code: '5.1.1',
  occurred_at: '2026-12-01T09:30:10.204Z',
};

export const userChangedExample: UserChangedJson = { version: 1, id: 'ada', changed: ['preferences'] };
export const templateChangedExample: ChangedJson = { version: 1, id: 'otp' };
export const userErasedExample: UserErasedJson = { version: 1, id: 'ada', erased_at: '2026-12-01T10:00:00.000Z' };

export const syncReplyExample: SyncReplyJson = {
  version: 1,
  notification_id: NOTIFICATION_ID,
  status: 'sent',
  channel: 'sms',
  attempts: [failedEmail, sentSms],
  skipped: [],
};
