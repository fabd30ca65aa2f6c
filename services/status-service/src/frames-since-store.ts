import { type NotificationFrame, notificationFrame, type TimelineEntryJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

/** Looked through at most, the newest first: a reconnect must cost the same whatever the record holds. */
const MAX_NOTIFICATIONS = 1_000;
const MAX_FRAMES = 2_000;

export interface FramesQuery {
  since: Date;
  /** Default: of all users. */
  userId?: string;
  /** Default: of all notifications. */
  notificationId?: string;
}

interface Row {
  id: string;
  notification_type: string;
  user_id: string | null;
  timeline: TimelineEntryJson[];
  created_at: Date;
}

/**
 * What has happened since then to the newest 1,000 notifications, oldest first.
 * @returns undefined when it is more than can be told: over 1,000 notifications were accepted, or over 2,000 things happened since.
 */
export async function framesSince(
  database: Database,
  { since, userId, notificationId }: FramesQuery,
): Promise<NotificationFrame[] | undefined> {
  const conditions = ['is_known'];
  const values: unknown[] = [MAX_NOTIFICATIONS, since];
  if (userId !== undefined) conditions.push(`user_id = $${values.push(userId)}`);
  if (notificationId !== undefined) conditions.push(`id = $${values.push(notificationId)}`);
  const { rows } = await database.query<Row>(
    // The trails of those to which nothing happened since stay where they are.
    `SELECT id, notification_type, user_id, created_at, CASE WHEN updated_at >= $2 THEN timeline ELSE '[]' END AS timeline
     FROM notifications
     WHERE ${conditions.join(' AND ')} ORDER BY created_at DESC, id DESC LIMIT $1`,
    values,
  );
  const oldest = rows.at(-1);
  if (rows.length === MAX_NOTIFICATIONS && oldest !== undefined && oldest.created_at >= since) return undefined;
  const sinceText = since.toISOString();
  const frames = rows.flatMap((row) =>
    row.timeline
      .filter(({ at }) => at >= sinceText)
      .map((entry) =>
        notificationFrame({ id: row.id, notificationType: row.notification_type, userId: row.user_id }, entry),
      ),
  );
  if (frames.length > MAX_FRAMES) return undefined;
  return frames.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
