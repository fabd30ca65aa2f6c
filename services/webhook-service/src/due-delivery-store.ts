import type { WebhookAttemptJson, WebhookType } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

/** What is to be sent, with whatever that takes. */
export interface DueDelivery {
  id: string;
  webhookId: string;
  sequence: number;
  type: WebhookType;
  occurredAt: Date;
  data: string;
  /** Failed ones before this. */
  tries: number;
  url: string;
  secret: Buffer;
  /** Signs along. */
  previousSecret: Buffer | null;
}
type DueRow = Omit<DueDelivery, 'sequence'> & { sequence: string };

const COLUMNS = `deliveries.id, webhook_id AS "webhookId", sequence, type, occurred_at AS "occurredAt", data, tries, url, secret,
  CASE WHEN previous_secret_until > now() THEN previous_secret END AS "previousSecret"`;

const dueDeliveryOf = (row: DueRow): DueDelivery => ({ ...row, sequence: Number(row.sequence) });

export interface DueQuery {
  /** How many are in hand already, by webhook. */
  inHand: ReadonlyMap<string, number>;
  /** Of one webhook, those in hand included. One that fails gets a single one until it succeeds: it may be hanging. */
  limitPerWebhook: number;
  /** Of all. Webhooks that work come first. */
  limit: number;
  /** What is not settled by then counts as abandoned, and anybody may take it. */
  leaseSeconds: number;
}

/** Takes deliveries whose time has come, so that no other instance gets them. */
export async function takeDueDeliveries(database: Database, query: DueQuery): Promise<DueDelivery[]> {
  const { rows } = await database.query<DueRow>({
    name: 'take due deliveries',
    text: `WITH due AS MATERIALIZED (
        SELECT found.id FROM webhooks
        LEFT JOIN unnest($1::uuid[], $2::integer[]) AS in_hand (webhook_id, count) ON in_hand.webhook_id = webhooks.id
        CROSS JOIN LATERAL (
          SELECT deliveries.id FROM deliveries
          WHERE webhook_id = webhooks.id AND status = 'pending' AND next_attempt_at <= now()
          ORDER BY next_attempt_at
          LIMIT greatest(0, CASE WHEN failing_since IS NULL THEN $3 ELSE 1 END - coalesce(in_hand.count, 0))
          FOR UPDATE SKIP LOCKED
        ) AS found
        WHERE disabled_at IS NULL
        ORDER BY failing_since NULLS FIRST LIMIT $4
      )
      UPDATE deliveries SET next_attempt_at = now() + make_interval(secs => $5)
      FROM due, webhooks WHERE deliveries.id = due.id AND webhooks.id = deliveries.webhook_id
      RETURNING ${COLUMNS}`,
    values: [
      [...query.inHand.keys()],
      [...query.inHand.values()],
      query.limitPerWebhook,
      query.limit,
      query.leaseSeconds,
    ],
  });
  return rows.map(dueDeliveryOf);
}

/** One alone, as it is, whatever its webhook's state. */
export async function readDueDelivery(database: Database, id: string): Promise<DueDelivery | undefined> {
  const { rows } = await database.query<DueRow>(
    `SELECT ${COLUMNS} FROM deliveries JOIN webhooks ON webhooks.id = webhook_id WHERE deliveries.id = $1`,
    [id],
  );
  return rows.map(dueDeliveryOf)[0];
}

/** What is settled stays so: a try that another instance made meanwhile only enters the log. */
const WITH_ATTEMPT = `attempts = attempts || $2::jsonb, tries = tries + 1`;

export async function recordSuccess(database: Database, id: string, attempt: WebhookAttemptJson): Promise<void> {
  await database.query({
    name: 'record success',
    text: `WITH delivered AS (
        UPDATE deliveries SET ${WITH_ATTEMPT}, status = 'succeeded', next_attempt_at = NULL WHERE id = $1 RETURNING webhook_id
      )
      UPDATE webhooks SET failing_since = NULL FROM delivered
      WHERE webhooks.id = delivered.webhook_id AND failing_since IS NOT NULL`,
    values: [id, JSON.stringify([attempt])],
  });
}

/**
 * @param retryInMs undefined: it is given up.
 * @returns for how many hours nothing has succeeded at the webhook; undefined when it was deleted meanwhile.
 */
export async function recordFailure(
  database: Database,
  id: string,
  attempt: WebhookAttemptJson,
  retryInMs: number | undefined,
): Promise<number | undefined> {
  const { rows } = await database.query<{ hours: number }>({
    name: 'record failure',
    text: `WITH failed AS (
        UPDATE deliveries SET ${WITH_ATTEMPT},
          status = CASE WHEN status = 'pending' AND $3::float IS NULL THEN 'failed' ELSE status END,
          next_attempt_at = CASE WHEN status = 'pending' THEN now() + make_interval(secs => $3::float / 1000) END
        WHERE id = $1 RETURNING webhook_id
      )
      UPDATE webhooks SET failing_since = coalesce(failing_since, $4) FROM failed WHERE webhooks.id = failed.webhook_id
      RETURNING extract(epoch FROM now() - failing_since)::float / 3600 AS hours`,
    values: [id, JSON.stringify([attempt]), retryInMs ?? null, attempt.at],
  });
  return rows[0]?.hours;
}
