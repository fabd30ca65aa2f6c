import type { Database, DatabaseClient } from '@notify/service-kit';

/** A user's notifications that still hold something of the person. */
export async function findUnerased(
  client: DatabaseClient,
  userId: string,
  until: Date,
  limit: number,
): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM notifications
     WHERE user_id = $1 AND created_at <= $2 AND (recipient IS NOT NULL OR metadata <> '{}') LIMIT $3`,
    [userId, until, limit],
  );
  return rows.map(({ id }) => id);
}

/** To whom, what, and what the caller noted beside it. The caller has locked the rows. */
export async function eraseEverything(client: DatabaseClient, ids: readonly string[]): Promise<void> {
  await client.query(
    `UPDATE notifications SET recipient = NULL, content = NULL, template = NULL, variables = NULL, metadata = '{}'
     WHERE id = ANY($1::uuid[])`,
    [ids],
  );
}

/** That there was a dead letter, and why, stays. */
export async function eraseDeadLettersOf(database: Database, userId: string, until: Date): Promise<void> {
  await database.query(
    `UPDATE dead_letters SET body = NULL, detail = NULL FROM notifications
     WHERE notifications.id = dead_letters.notification_id AND user_id = $1 AND created_at <= $2
       AND (body IS NOT NULL OR detail IS NOT NULL)`,
    [userId, until],
  );
}
