import type { Database, DatabaseClient } from '@notify/service-kit';
import { INBOX_COLUMNS, type InboxItem, type InboxRow, itemFromRow } from './inbox-store.ts';

/** That an item was unread until now. */
export interface JustRead {
  notificationId: string;
  epoch: number;
  hop: number;
  readAt: Date;
}
interface JustReadRow {
  notification_id: string;
  epoch: number;
  hop: number;
  read_at: Date;
}

const JUST_READ_COLUMNS = 'notification_id, epoch, hop, read_at';

const toJustRead = ({ notification_id, epoch, hop, read_at }: JustReadRow): JustRead => ({
  notificationId: notification_id,
  epoch,
  hop,
  readAt: read_at,
});

/**
 * Marks one item as read. Of several at once, one does, and the others wait for it.
 * @returns the item, unless the user has none with this id, and what to tell, unless it was read before.
 */
export async function markRead(
  client: DatabaseClient,
  userId: string,
  id: string,
): Promise<{ item?: InboxItem; justRead?: JustRead }> {
  const updated = await client.query<JustReadRow>(
    `UPDATE inbox_items SET read_at = clock_timestamp()
     WHERE id = $1 AND user_id = $2 AND read_at IS NULL AND archived_at IS NULL RETURNING ${JUST_READ_COLUMNS}`,
    [id, userId],
  );
  const { rows } = await client.query<InboxRow>(
    `SELECT ${INBOX_COLUMNS} FROM inbox_items WHERE id = $1 AND user_id = $2 AND archived_at IS NULL`,
    [id, userId],
  );
  return { item: rows.map(itemFromRow)[0], justRead: updated.rows.map(toJustRead)[0] };
}

/** The time by the clock that says when items came, to the microsecond. */
export async function readClock(database: Database): Promise<string> {
  const { rows } = await database.query<{ time: string }>('SELECT clock_timestamp()::text AS time');
  return (rows[0] as { time: string }).time;
}

/**
 * Marks the oldest of a user's unread items as read.
 * @param until as readClock() tells it: what came later stays unread, so that marking all ends however many come meanwhile.
 * @returns those that were unread; fewer than `limit` when none is left.
 */
export async function markOldestRead(
  client: DatabaseClient,
  userId: string,
  until: string,
  limit: number,
): Promise<JustRead[]> {
  // Locked in the order of their ids, so that two of these can't deadlock.
  const { rows } = await client.query<JustReadRow>(
    `UPDATE inbox_items SET read_at = clock_timestamp()
     WHERE id IN (
       SELECT id FROM inbox_items
       WHERE user_id = $1 AND read_at IS NULL AND archived_at IS NULL AND created_at <= $2
       ORDER BY id LIMIT $3 FOR UPDATE
     ) RETURNING ${JUST_READ_COLUMNS}`,
    [userId, until, limit],
  );
  return rows.map(toJustRead);
}

/** Marks what a notification left in the inbox as read. */
export async function markNotificationRead(database: Database, notificationId: string): Promise<void> {
  await database.query(
    'UPDATE inbox_items SET read_at = clock_timestamp() WHERE notification_id = $1 AND read_at IS NULL',
    [notificationId],
  );
}

/** Takes an item out of the inbox for good. @returns false when the user never had one with this id. */
export async function archiveItem(database: Database, userId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE inbox_items
     SET archived_at = coalesce(archived_at, clock_timestamp()), title = NULL, body = NULL, action_url = NULL
     WHERE id = $1 AND user_id = $2`,
    [id, userId],
  );
  return rowCount === 1;
}
