import { type NotificationFilterJson, REPLAYABLE_STATUSES } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { conditionsOf, isBefore, type ListPlace } from './notification-filter.ts';

/**
 * What can be sent again: failed or unknown since before `settledBefore`, with its content still there, and not expired by then.
 * Stubs fall out with those that were erased: neither has a recipient.
 */
function replayable(filter: NotificationFilterJson, settledBefore: string) {
  const { conditions, values } = conditionsOf(filter);
  values.push(REPLAYABLE_STATUSES, settledBefore);
  const [statuses, time] = [`$${values.length - 1}`, `$${values.length}`];
  conditions.push(
    `status = ANY(${statuses}::text[])`,
    `updated_at < ${time}::timestamptz`,
    `(expires_at IS NULL OR expires_at > ${time}::timestamptz)`,
    'recipient IS NOT NULL',
  );
  return { conditions, values };
}

export async function countReplayable(
  database: Database,
  filter: NotificationFilterJson,
  settledBefore: string,
): Promise<number> {
  const { conditions, values } = replayable(filter, settledBefore);
  const { rows } = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM notifications WHERE ${conditions.join(' AND ')}`,
    values,
  );
  return rows[0]?.count ?? 0;
}

/** Newest first. @param after the last one of the batch before. */
export async function findReplayable(
  database: Database,
  filter: NotificationFilterJson,
  settledBefore: string,
  limit: number,
  after: ListPlace | undefined,
): Promise<ListPlace[]> {
  const { conditions, values } = replayable(filter, settledBefore);
  if (after !== undefined) conditions.push(isBefore(after, values));
  values.push(limit);
  const { rows } = await database.query<{ id: string; created_at: Date }>(
    `SELECT id, created_at FROM notifications WHERE ${conditions.join(' AND ')}
     ORDER BY created_at DESC, id DESC LIMIT $${values.length}`,
    values,
  );
  return rows.map(({ id, created_at }) => ({ id, createdAt: created_at.toISOString() }));
}
