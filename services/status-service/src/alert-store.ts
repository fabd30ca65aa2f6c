import type { Database } from '@notify/service-kit';
import { type CriticalFailure, OPERATOR_ALERT_TYPE } from './critical-failure-alert.ts';

/** As the partial index has it, word for word. */
const UNTOLD = `status IN ('failed', 'unknown', 'expired') AND priority = 'critical' AND alerted_epoch IS DISTINCT FROM epoch
  AND notification_type <> '${OPERATOR_ALERT_TYPE}'
  AND NOT (status = 'unknown' AND timeline @> '[{"event": "unknown", "reason": "held"}]')`;

/** The operators are told once in this time at most, by all instances together. */
const ALERT_INTERVAL_SECONDS = 60;
/** Of one alert. What is more is told a minute later. */
const MAX_FAILURES = 10_000;

export interface FailureRef {
  id: string;
  epoch: number;
}

/** Whether there is something to tell, and it is this instance's turn to do so: then nobody else's until the interval is over. */
export async function takeAlertTurn(database: Database): Promise<boolean> {
  const { rowCount } = await database.query({
    name: 'take alert turn',
    text: `UPDATE operator_alerts SET next_at = now() + make_interval(secs => ${ALERT_INTERVAL_SECONDS})
      WHERE next_at <= now() AND EXISTS (SELECT FROM notifications WHERE ${UNTOLD})`,
  });
  return rowCount === 1;
}

/** The longest ago first. */
export async function findUntoldFailures(database: Database): Promise<FailureRef[]> {
  const { rows } = await database.query<FailureRef>(
    `SELECT id, epoch FROM notifications WHERE ${UNTOLD} ORDER BY updated_at, id LIMIT ${MAX_FAILURES}`,
  );
  return rows;
}

/** What an alert says of these. */
export async function readFailures(database: Database, failures: readonly FailureRef[]): Promise<CriticalFailure[]> {
  const { rows } = await database.query<CriticalFailure>(
    `SELECT id AS "notificationId", notification_type AS "notificationType", status, told.epoch, attempts, timeline
     FROM unnest($1::uuid[], $2::integer[]) WITH ORDINALITY AS told (id, epoch, place)
     JOIN notifications USING (id) ORDER BY place`,
    columnsOf(failures),
  );
  return rows;
}

/** Locks in the order of ids, as everybody does who locks several. */
export async function markTold(database: Database, failures: readonly FailureRef[]): Promise<void> {
  await database.query(
    `UPDATE notifications SET alerted_epoch = locked.epoch FROM (
       SELECT id, told.epoch FROM unnest($1::uuid[], $2::integer[]) AS told (id, epoch)
       JOIN notifications USING (id) ORDER BY id FOR UPDATE OF notifications
     ) AS locked WHERE notifications.id = locked.id`,
    columnsOf(failures),
  );
}

function columnsOf(failures: readonly FailureRef[]): [string[], number[]] {
  return [failures.map(({ id }) => id), failures.map(({ epoch }) => epoch)];
}
