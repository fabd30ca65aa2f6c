import { isSettled, STATUSES } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

const SETTLED = STATUSES.filter(isSettled);

/** The types of which the record still has content: from one to the next in the index, however many notifications lie between. */
export async function typesWithContent(database: Database): Promise<string[]> {
  const { rows } = await database.query<{ notification_type: string }>(
    `WITH RECURSIVE types AS (
       (SELECT notification_type FROM notifications WHERE recipient IS NOT NULL ORDER BY notification_type LIMIT 1)
       UNION ALL
       SELECT (SELECT notification_type FROM notifications
               WHERE recipient IS NOT NULL AND notification_type > types.notification_type
               ORDER BY notification_type LIMIT 1)
       FROM types WHERE types.notification_type IS NOT NULL
     )
     SELECT notification_type FROM types WHERE notification_type IS NOT NULL`,
  );
  return rows.map((row) => row.notification_type);
}

/**
 * Takes the content out of some notifications of a type that were settled, and not touched since, before a time, and out of their dead
 * letters. Waits for nobody: a row that somebody else has locked is left for the next time.
 * @returns how many; fewer than `limit` when no more are due.
 */
export async function eraseContentOf(
  database: Database,
  notificationType: string,
  before: Date,
  limit: number,
): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `WITH due AS (
       SELECT id FROM notifications
       WHERE notification_type = $1 AND recipient IS NOT NULL AND created_at < $2 AND updated_at < $2 AND status = ANY ($3)
       ORDER BY created_at LIMIT $4 FOR UPDATE SKIP LOCKED
     ), erased AS (
       UPDATE notifications SET recipient = NULL, content = NULL, template = NULL, variables = NULL
       FROM due WHERE notifications.id = due.id RETURNING notifications.id
     ), letters AS (
       UPDATE dead_letters SET body = NULL, detail = NULL FROM erased WHERE dead_letters.notification_id = erased.id
     )
     SELECT count(*)::integer AS count FROM erased`,
    [notificationType, before, SETTLED, limit],
  );
  return rows[0]?.count ?? 0;
}

/** Also of those that no notification is known of. @returns how many; fewer than `limit` when no more are due. */
export async function eraseDeadLetterBodies(database: Database, before: Date, limit: number): Promise<number> {
  const { rowCount } = await database.query(
    `UPDATE dead_letters SET body = NULL, detail = NULL WHERE id IN (
       SELECT id FROM dead_letters WHERE body IS NOT NULL AND received_at < $1
       ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED
     )`,
    [before, limit],
  );
  return rowCount ?? 0;
}
