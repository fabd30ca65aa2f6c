import { type ChangedJson, changedSchema, check, USER_CHANGED } from '@notify/contracts';
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

/** Who has changed, or undefined where the message does not say. */
export function parseUserChange({ body }: Pick<Delivery, 'body'>): ChangedJson | undefined {
  const result = check(changedSchema, parseJson(body) ?? null);
  return result.errors === undefined ? result.value : undefined;
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
