import type { WebhookDisabledReason, WebhookEvent, WebhookRequestJson } from '@notify/contracts';
import type { Database, DatabaseClient } from '@notify/service-kit';

export interface Webhook {
  id: string;
  url: string;
  events: WebhookEvent[];
  notificationTypes: string[] | null;
  disabledAt: Date | null;
  disabledReason: WebhookDisabledReason | null;
  createdAt: Date;
  updatedAt: Date;
}

const COLUMNS = `id, url, events, notification_types AS "notificationTypes", disabled_at AS "disabledAt",
  disabled_reason AS "disabledReason", created_at AS "createdAt", updated_at AS "updatedAt"`;

/** As with API keys; the specification leaves it open. */
const ROTATION_OVERLAP_HOURS = 24;

/** Each event is stored for each webhook that wants it. */
export const MAX_WEBHOOKS = 100;

/** @returns undefined when there are too many already. */
export async function addWebhook(
  client: DatabaseClient,
  id: string,
  sealedSecret: Buffer,
  { url, events, notification_types: types }: WebhookRequestJson,
): Promise<Webhook | undefined> {
  const { rows } = await client.query<Webhook>(
    `INSERT INTO webhooks (id, secret, url, events, notification_types) SELECT $1, $2, $3, $4, $5
     WHERE (SELECT count(*) FROM webhooks) < ${MAX_WEBHOOKS} RETURNING ${COLUMNS}`,
    [id, sealedSecret, url, events, types],
  );
  return rows[0];
}

export async function findWebhook(database: Database | DatabaseClient, id: string): Promise<Webhook | undefined> {
  const { rows } = await database.query<Webhook>(`SELECT ${COLUMNS} FROM webhooks WHERE id = $1`, [id]);
  return rows[0];
}

/** Newest first. */
export async function listWebhooks(database: Database, limit: number, beforeId?: string): Promise<Webhook[]> {
  const { rows } = await database.query<Webhook>(
    `SELECT ${COLUMNS} FROM webhooks WHERE $2::uuid IS NULL OR id < $2 ORDER BY id DESC LIMIT $1`,
    [limit, beforeId ?? null],
  );
  return rows;
}

/** Those that are told of events. */
export async function listEnabledWebhooks(database: Database | DatabaseClient): Promise<Webhook[]> {
  const { rows } = await database.query<Webhook>({
    name: 'enabled webhooks',
    text: `SELECT ${COLUMNS} FROM webhooks WHERE disabled_at IS NULL ORDER BY id`,
  });
  return rows;
}

/** @returns whether there was one. What it was still to get ends with it. */
export async function deleteWebhook(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query('DELETE FROM webhooks WHERE id = $1', [id]);
  return rowCount === 1;
}

/**
 * Gives it another secret; the one before signs along for a day. Rotated again meanwhile, it is still that one which does: the caller may
 * never have got the answer, and so never have used the secret between them.
 * @returns undefined when there is no such webhook.
 */
export async function replaceSecret(
  database: Database,
  id: string,
  sealedSecret: Buffer,
): Promise<Webhook | undefined> {
  const { rows } = await database.query<Webhook>(
    `UPDATE webhooks SET secret = $2, updated_at = now(),
       previous_secret = CASE WHEN previous_secret_until > now() THEN previous_secret ELSE secret END,
       previous_secret_until = CASE WHEN previous_secret_until > now() THEN previous_secret_until
         ELSE now() + make_interval(hours => ${ROTATION_OVERLAP_HOURS}) END
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, sealedSecret],
  );
  return rows[0];
}

/** All of them, in the order in which everybody locks several: what follows may concern any. */
export async function lockWebhooks(client: DatabaseClient): Promise<void> {
  await client.query('SELECT FROM webhooks ORDER BY id FOR NO KEY UPDATE');
}

/** What PATCH changes; undefined stays. Another address has not failed yet. @returns undefined when there is no such webhook. */
export async function changeWebhook(
  client: DatabaseClient,
  id: string,
  change: Partial<Pick<Webhook, 'url' | 'events' | 'notificationTypes'>>,
): Promise<Webhook | undefined> {
  const { rows } = await client.query<Webhook>(
    `UPDATE webhooks SET url = coalesce($2, url), events = coalesce($3, events), updated_at = now(),
       notification_types = CASE WHEN $4 THEN $5 ELSE notification_types END,
       failing_since = CASE WHEN url = coalesce($2, url) THEN failing_since END
     WHERE id = $1 RETURNING ${COLUMNS}`,
    [id, change.url, change.events, change.notificationTypes !== undefined, change.notificationTypes],
  );
  return rows[0];
}

/** @returns the webhook if that changed anything. */
export async function disableWebhook(
  client: DatabaseClient,
  id: string,
  reason: WebhookDisabledReason,
): Promise<Webhook | undefined> {
  const { rows } = await client.query<Webhook>(
    `UPDATE webhooks SET disabled_at = now(), disabled_reason = $2, updated_at = now()
     WHERE id = $1 AND disabled_at IS NULL RETURNING ${COLUMNS}`,
    [id, reason],
  );
  return rows[0];
}

/** Its failures are forgotten. @returns the webhook if that changed anything. */
export async function enableWebhook(client: DatabaseClient, id: string): Promise<Webhook | undefined> {
  const { rows } = await client.query<Webhook>(
    `UPDATE webhooks SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, updated_at = now()
     WHERE id = $1 AND disabled_at IS NOT NULL RETURNING ${COLUMNS}`,
    [id],
  );
  return rows[0];
}
