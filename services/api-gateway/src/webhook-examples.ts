import type {
  NotificationWebhookDataJson,
  TimelineEvent,
  WebhookDisabledReason,
  WebhookPayloadJson,
  WebhookType,
} from '@notify/contracts';

/** What is typical of each event. */
const TYPICAL: Readonly<
  Record<TimelineEvent, Pick<NotificationWebhookDataJson, 'status' | 'channel' | 'provider' | 'reason'>>
> = {
  accepted: { status: 'accepted', channel: 'email' },
  planned: { status: 'processing' },
  scheduled: { status: 'scheduled', channel: 'email', reason: 'send_at' },
  due: { status: 'processing' },
  replayed: { status: 'processing', reason: 'retry' },
  resumed: { status: 'processing', channel: 'email', reason: 'no_news' },
  skipped: { status: 'processing', channel: 'email', reason: 'opted_out' },
  deferred: { status: 'scheduled', channel: 'email', reason: 'quiet_hours' },
  processing: { status: 'processing', channel: 'email' },
  retrying: { status: 'retrying', channel: 'email', reason: 'transient' },
  failover: { status: 'processing', channel: 'email', provider: 'smtp', reason: 'recipient' },
  sent: { status: 'sent', channel: 'sms' },
  delivered: { status: 'delivered', channel: 'sms', provider: 'twilio' },
  opened: { status: 'delivered', channel: 'email', provider: 'sendgrid' },
  read: { status: 'read', channel: 'in_app' },
  bounced: { status: 'sent', channel: 'email', provider: 'sendgrid', reason: '5.1.1' },
  undelivered: { status: 'sent', channel: 'sms', provider: 'twilio', reason: '30003' },
  complained: { status: 'delivered', channel: 'email', provider: 'sendgrid' },
  unknown: { status: 'unknown', channel: 'sms', reason: 'unknown_outcome' },
  expired: { status: 'expired', channel: 'email', reason: 'expired' },
  suppressed: { status: 'suppressed', channel: 'email', reason: 'user_cap' },
  failed: { status: 'failed', channel: 'sms', reason: 'retries_exhausted' },
  cancelled: { status: 'cancelled' },
};

const COMMON = { timestamp: '2026-12-01T09:30:12.214Z', sequence: 42 };

/** What a webhook could get of this event. */
export function notificationWebhookExample(event: TimelineEvent): WebhookPayloadJson {
  const data: NotificationWebhookDataJson = {
    notification_id: '0193a5c1-6d20-7b44-8f7e-2f1f6f0c9e11',
    notification_type: 'otp',
    event,
    ...TYPICAL[event],
    correlation_id: 'checkout-7f3a',
  };
  return { type: `notification.${event}`, ...COMMON, data };
}

/** @param reason of `webhook.disabled`. */
export function webhookWebhookExample(
  type: Extract<WebhookType, `webhook.${string}`>,
  reason?: WebhookDisabledReason,
): WebhookPayloadJson {
  const data = { webhook_id: '0193a5c1-7a3e-7c1f-9d55-0d3f5a7f10c2', ...(reason === undefined ? {} : { reason }) };
  return { type, ...COMMON, data };
}
