import type { Database } from '@notify/service-kit';
import { v7 as uuidv7 } from 'uuid';

export interface NewInboxItem {
  notificationId: string;
  epoch: number;
  hop: number;
  userId: string;
  title?: string;
  body?: string;
  actionUrl?: string;
}
export interface InboxItem {
  id: string;
  notificationId: string;
  title: string | null;
  body: string | null;
  actionUrl: string | null;
  readAt: Date | null;
  createdAt: Date;
}
export interface InboxRow {
  id: string;
  notification_id: string;
  title: string | null;
  body: string | null;
  action_url: string | null;
  read_at: Date | null;
  created_at: Date;
}

export const INBOX_COLUMNS = 'id, notification_id, title, body, action_url, read_at, created_at';

export function itemFromRow(row: InboxRow): InboxItem {
  return {
    id: row.id,
    notificationId: row.notification_id,
    title: row.title,
    body: row.body,
    actionUrl: row.action_url,
    readAt: row.read_at,
    createdAt: row.created_at,
  };
}

/** Adds the item, or finds the one that this hop added before. @returns its id. */
export async function addInboxItem(database: Database, item: NewInboxItem): Promise<string> {
  const { notificationId, epoch, hop, userId, title, body, actionUrl } = item;
  // The update changes nothing: it makes the row that is there answer.
  const { rows } = await database.query<{ id: string }>({
    name: 'add_inbox_item',
    text: `INSERT INTO inbox_items (id, notification_id, epoch, hop, user_id, title, body, action_url)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
           ON CONFLICT ON CONSTRAINT inbox_items_once DO UPDATE SET hop = EXCLUDED.hop
           RETURNING id`,
    values: [uuidv7(), notificationId, epoch, hop, userId, title, body, actionUrl],
  });
  return (rows[0] as { id: string }).id;
}

export interface InboxQuery {
  userId: string;
  /** True: only unread ones, false: only read ones. Default: both. */
  isUnread?: boolean;
  /** Only items older than this one. */
  beforeId?: string;
  limit: number;
}

/** Newest first. */
export async function listInboxItems(database: Database, query: InboxQuery): Promise<InboxItem[]> {
  const conditions = ['user_id = $1', 'archived_at IS NULL'];
  const values: unknown[] = [query.userId, query.limit];
  // Written out rather than passed in: only so can the index of the unread ones be used.
  if (query.isUnread !== undefined) conditions.push(query.isUnread ? 'read_at IS NULL' : 'read_at IS NOT NULL');
  if (query.beforeId !== undefined) conditions.push(`id < $${values.push(query.beforeId)}`);
  const { rows } = await database.query<InboxRow>(
    `SELECT ${INBOX_COLUMNS} FROM inbox_items WHERE ${conditions.join(' AND ')} ORDER BY id DESC LIMIT $2`,
    values,
  );
  return rows.map(itemFromRow);
}

/** What a notification left in the inbox, unless it was archived. */
export async function listItemsOfNotification(database: Database, notificationId: string): Promise<InboxItem[]> {
  const { rows } = await database.query<InboxRow>(
    `SELECT ${INBOX_COLUMNS} FROM inbox_items WHERE notification_id = $1 AND archived_at IS NULL ORDER BY id`,
    [notificationId],
  );
  return rows.map(itemFromRow);
}

/** Counted each time from the index of the unread ones, so that it can not drift from what is there. */
export async function countUnreadInboxItems(database: Database, userId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM inbox_items WHERE user_id = $1 AND read_at IS NULL AND archived_at IS NULL',
    [userId],
  );
  return rows[0]?.count ?? 0;
}

/** Everything that a user's notifications accepted until then left in the inbox. @returns how many items. */
export async function deleteInbox(database: Database, userId: string, until: Date): Promise<number> {
  const { rowCount } = await database.query('DELETE FROM inbox_items WHERE user_id = $1 AND notification_id <= $2', [
    userId,
    lastIdAt(until),
  ]);
  return rowCount ?? 0;
}

/** A notification's id is a UUIDv7: it begins with the millisecond in which it was accepted. */
function lastIdAt(time: Date): string {
  const hex = `${time.getTime().toString(16).padStart(12, '0')}${'f'.repeat(20)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
