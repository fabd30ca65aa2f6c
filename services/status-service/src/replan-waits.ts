import { CALLER_ID_PATTERN, check, USER_CHANGED, userChangedSchema } from '@notify/contracts';
import type { Delivery, Publisher } from '@notify/messaging';
import { type Database, inTransaction } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { lockNotifications } from './kept-notification-store.ts';
import { movesAfterWaits } from './next-move.ts';
import { parseJson } from './parse-json.ts';

/** In one transaction. */
const BATCH_SIZE = 200;

/** The index notifications_not_sent_by_user finds the users' few; of these it reads those that wait for the end of quiet hours. */
const FIND_WAITING = `SELECT id FROM notifications
  WHERE user_id = ANY($1) AND status IN ('scheduled', 'processing') AND id > $2
    AND timeline @> '[{"event": "deferred", "reason": "quiet_hours"}]'
  ORDER BY id LIMIT ${BATCH_SIZE}`;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

export const isUserChange = ({ routingKey }: Pick<Delivery, 'routingKey'>): boolean => routingKey === USER_CHANGED;

/** What quiet hours are in. Nothing else of a user moves their end. */
const QUIET_HOURS_PARTS: readonly string[] = ['preferences', 'timezone'];

/** Who has changed, and whether their quiet hours may be others now; or undefined where the message does not say who. */
export function parseUserChange({
  body,
}: Pick<Delivery, 'body'>): { userId: string; movesQuietHours: boolean } | undefined {
  const result = check(userChangedSchema, parseJson(body) ?? null);
  if (result.errors !== undefined || !CALLER_ID_PATTERN.test(result.value.id)) return undefined;
  const { id: userId, changed = QUIET_HOURS_PARTS } = result.value;
  return { userId, movesQuietHours: changed.some((part) => QUIET_HOURS_PARTS.includes(part)) };
}

/**
 * Puts what waits for the end of these users' quiet hours back into its lane now: hours or zone may be others, and the worker decides by them,
 * perhaps that it has to wait again. Repeating it changes nothing.
 * @throws what PostgreSQL and the broker throw while they are away.
 */
export async function replanWaits(
  { database, publisher }: { database: Database; publisher: Publisher },
  userIds: readonly string[],
): Promise<void> {
  if (userIds.length === 0) return;
  let ids: string[] = [];
  do {
    const values = [userIds, ids.at(-1) ?? BEFORE_ALL];
    const { rows } = await database.query<{ id: string }>({ name: 'find waiting', text: FIND_WAITING, values });
    ids = rows.map(({ id }) => id);
    if (ids.length === 0) return;
    await inTransaction(database, async (client) => {
      const at = new Date().toISOString();
      const moves = (await lockNotifications(client, ids)).flatMap((kept) =>
        movesAfterWaits(kept, ({ reason }) => reason === 'quiet_hours', at, 'user_changed'),
      );
      await advanceNotifications(client, publisher, moves);
    });
  } while (ids.length === BATCH_SIZE);
}
