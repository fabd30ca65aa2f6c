import type { WebhookAttemptJson } from '@notify/contracts';
import type { Database, Logger } from '@notify/service-kit';
import { type DueDelivery, recordFailure, recordSuccess } from './due-delivery-store.ts';
import { retryDelayMs } from './retry-schedule.ts';
import type { SealedSecrets } from './sealed-secrets.ts';
import { signWebhook } from './sign-webhook.ts';
import { switchOff } from './switch-webhook.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';
import type { WebhookPoster } from './webhook-poster.ts';

const GONE = 410;
/** Only these may ask for a time (RFC 9110 knows it for redirects as well, and those are not followed). */
const MAY_ASK_FOR_TIME = new Set([429, 503]);

export interface DeliverContext {
  database: Database;
  secrets: SealedSecrets;
  post: WebhookPoster;
  retryDelaysSeconds: readonly number[];
  disableAfterHours: number;
  metrics: WebhookMetrics;
  logger: Logger;
  /** Called when there is something to deliver. */
  wake(): void;
}

/** The same in every try. */
function bodyOf({ type, occurredAt, sequence, data }: DueDelivery): string {
  return JSON.stringify({ type, timestamp: occurredAt, sequence, data: JSON.parse(data) });
}

/** RFC 9110: seconds, or a date. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

/**
 * Sends a delivery once and records what came of it: succeeded, again later, or given up. A webhook that says it is gone, or for which nothing
 * has succeeded for days, is disabled.
 * @param mayRetry default true; false: this try is the only one.
 * @throws what PostgreSQL throws while it is away; the delivery is then sent again when its lease is over.
 */
export async function deliverWebhook(context: DeliverContext, delivery: DueDelivery, mayRetry = true): Promise<void> {
  const { database, secrets, post, metrics, logger } = context;
  const { id, webhookId, url } = delivery;
  const sentAt = new Date();
  const startedAt = performance.now();
  const sealed = [delivery.secret, delivery.previousSecret].filter((secret) => secret !== null);
  const body = bodyOf(delivery);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'notification-system',
    ...signWebhook(
      id,
      sentAt,
      body,
      sealed.map((secret) => secrets.open(secret, webhookId)),
    ),
  };
  const answer = await post(url, headers, body);
  const durationMs = Math.round(performance.now() - startedAt);
  const status = 'status' in answer ? answer.status : null;
  const attempt: WebhookAttemptJson = {
    at: sentAt.toISOString(),
    duration_ms: durationMs,
    response_status: status,
    error: 'error' in answer ? answer.error : null,
  };
  const hasSucceeded = status !== null && status >= 200 && status < 300;
  metrics.attempts.observe({ outcome: hasSucceeded ? 'succeeded' : 'failed' }, durationMs / 1_000);
  if (hasSucceeded) return recordSuccess(database, id, attempt);

  const askedForMs =
    'status' in answer && MAY_ASK_FOR_TIME.has(answer.status) ? retryAfterMs(answer.retryAfter, Date.now()) : undefined;
  const retryInMs =
    mayRetry && status !== GONE ? retryDelayMs(context.retryDelaysSeconds, delivery.tries + 1, askedForMs) : undefined;
  const failingHours = await recordFailure(database, id, attempt, retryInMs);
  if (retryInMs === undefined) {
    metrics.givenUp.inc();
    logger.warn('a webhook delivery was given up', { webhook_id: webhookId, delivery_id: id, response_status: status });
  }
  if (status === GONE) await switchOff(context, webhookId, 'gone');
  else if (failingHours !== undefined && failingHours >= context.disableAfterHours) {
    await switchOff(context, webhookId, 'failing');
  }
}
