import type { ListQueryJson, NotificationJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { NOTIFICATION_COLUMNS, type NotificationRow, notificationFromRow } from './notification-row.ts';

/** The sort key of a list's item; lists go from the newest to the oldest. */
export interface ListPlace {
  createdAt: string;
  id: string;
}

export async function findNotification(database: Database, id: string): Promise<NotificationJson | undefined> {
  const { rows } = await database.query<NotificationRow>({
    name: 'find notification',
    text: `SELECT ${NOTIFICATION_COLUMNS} FROM notifications WHERE id = $1 AND is_known`,
    values: [id],
  });
  return rows[0] === undefined ? undefined : notificationFromRow(rows[0]);
}

/**
 * Newest first. What is accepted meanwhile comes before `after`, so that no page repeats or misses anything.
 * @param after the last item of the page before.
 */
export async function listNotifications(
  database: Database,
  { limit, cursor: _cursor, ...filters }: ListQueryJson,
  after: ListPlace | undefined,
): Promise<NotificationJson[]> {
  const conditions: string[] = ['is_known'];
  const values: unknown[] = [];
  const where = (condition: (parameter: string) => string, value: unknown) => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  for (const column of ['status', 'channel', 'user_id', 'notification_type', 'priority'] as const) {
    if (filters[column] !== undefined) where((parameter) => `${column} = ${parameter}`, filters[column]);
  }
  if (filters.created_after !== undefined) where((parameter) => `created_at > ${parameter}`, filters.created_after);
  if (filters.created_before !== undefined) where((parameter) => `created_at < ${parameter}`, filters.created_before);
  if (after !== undefined) {
    values.push(after.createdAt, after.id);
    conditions.push(`(created_at, id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`);
  }
  values.push(limit);
  const { rows } = await database.query<NotificationRow>(
    `SELECT ${NOTIFICATION_COLUMNS} FROM notifications
     WHERE ${conditions.join(' AND ')}
     ORDER BY created_at DESC, id DESC LIMIT $${values.length}`,
    values,
  );
  return rows.map(notificationFromRow);
}
