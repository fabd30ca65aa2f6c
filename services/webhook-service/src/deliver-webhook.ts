import type { WebhookAttemptJson } from '@notify/contracts';
import type { Database, Logger } from '@notify/service-kit';
import { type DueDelivery, recordFailure, recordSuccess } from './due-delivery-store.ts';
import { retryDelayMs } from './retry-schedule.ts';
import type { SealedSecrets } from './sealed-secrets.ts';
import { signWebhook } from './sign-webhook.ts';
import { switchOff } from './switch-webhook.ts';
import type { WebhookMetrics } from './webhook-metrics.ts';
import type { WebhookAnswer, WebhookPoster } from './webhook-poster.ts';

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

/** What signs: the present secret, and for a while the one before. What was sealed with a lost key signs nothing. */
function readableSecrets(secrets: SealedSecrets, { webhookId, secret, previousSecret }: DueDelivery): string[] {
  return [secret, previousSecret].flatMap((sealed) => {
    if (sealed === null) return [];
    try {
      return [secrets.open(sealed, webhookId)];
    } catch {
      return [];
    }
  });
}

/** Sends it, unless there is nothing to sign it with. */
async function send(context: DeliverContext, delivery: DueDelivery, sentAt: Date): Promise<WebhookAnswer> {
  const signing = readableSecrets(context.secrets, delivery);
  if (signing.length === 0) {
    context.logger.error('the secret of a webhook can not be read: rotate it', { webhook_id: delivery.webhookId });
    return { error: 'secret_unreadable' };
  }
  const body = bodyOf(delivery);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'notification-system',
    ...signWebhook(delivery.id, sentAt, body, signing),
  };
  return context.post(delivery.url, headers, body);
}

/** How long the receiver asked us to wait, as Retry-After says: in seconds, or until a date (RFC 9110). */
export function askedForMs(answer: WebhookAnswer, nowMs: number): number | undefined {
  if ('error' in answer || !MAY_ASK_FOR_TIME.has(answer.status) || answer.retryAfter === undefined) return undefined;
  const { retryAfter } = answer;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - nowMs;
  return Number.isNaN(ms) || ms < 0 ? undefined : ms;
}

/**
 * Sends a delivery once and records what came of it: succeeded, again later, or given up. A webhook that says it is gone, or for which nothing
 * has succeeded for days, is disabled.
 * @param mayRetry false: this try is the only one.
 * @throws what PostgreSQL throws while it is away; the delivery is then sent again when its lease is over.
 */
export async function deliverWebhook(context: DeliverContext, delivery: DueDelivery, mayRetry = true): Promise<void> {
  const { database, metrics, logger } = context;
  const { id, webhookId } = delivery;
  const sentAt = new Date();
  const startedAt = performance.now();
  const answer = await send(context, delivery, sentAt);
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

  const isLast = !mayRetry || status === GONE;
  const retryInMs = isLast
    ? undefined
    : retryDelayMs(context.retryDelaysSeconds, delivery.tries + 1, askedForMs(answer, Date.now()));
  const failingHours = await recordFailure(database, id, attempt, retryInMs);
  if (retryInMs === undefined) {
    metrics.givenUp.inc();
    logger.warn('a webhook delivery was given up', { webhook_id: webhookId, delivery_id: id, ...attempt });
  }
  if (status === GONE) await switchOff(context, webhookId, 'gone');
  else if (failingHours !== undefined && failingHours >= context.disableAfterHours) {
    await switchOff(context, webhookId, 'failing');
  }
}
