import type { ListQueryJson, NotificationJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { conditionsOf, isBefore, type ListPlace } from './notification-filter.ts';
import { NOTIFICATION_COLUMNS, type NotificationRow, notificationFromRow } from './notification-row.ts';

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
  const { conditions, values } = conditionsOf(filters);
  if (after !== undefined) conditions.push(isBefore(after, values));
  values.push(limit);
  const { rows } = await database.query<NotificationRow>(
    `SELECT ${NOTIFICATION_COLUMNS} FROM notifications
     WHERE ${conditions.join(' AND ')}
     ORDER BY created_at DESC, id DESC LIMIT $${values.length}`,
    values,
  );
  return rows.map(notificationFromRow);
}
