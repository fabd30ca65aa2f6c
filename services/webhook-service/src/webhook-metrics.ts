import { counter, durationHistogram, type Metrics } from '@notify/service-kit';

export function createWebhookMetrics(metrics: Metrics) {
  return {
    stored: counter(metrics, 'webhook_deliveries_total', 'Deliveries stored: an event for a webhook each', []),
    invalid: counter(metrics, 'webhook_events_invalid_total', 'Messages of webhooks.queue that could not be read', []),
    attempts: durationHistogram(metrics, 'webhook_attempt_duration_seconds', 'Requests to webhooks', ['outcome']),
    givenUp: counter(metrics, 'webhook_deliveries_failed_total', 'Deliveries whose last try failed', []),
    disabled: counter(metrics, 'webhooks_disabled_total', 'Webhooks that were disabled', ['reason']),
  };
}
export type WebhookMetrics = ReturnType<typeof createWebhookMetrics>;
