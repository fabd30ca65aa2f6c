import type { Channel, Status } from '@notify/contracts';
import { type Database, type DatabaseClient, inTransaction } from '@notify/service-kit';
import type { LatencyBucket } from './latency-bucket.ts';
import { type Change, statsDeltaOf } from './stats-delta.ts';

const HOUR_MS = 3_600_000;
/** Longer than the longest window that is told by the minute. */
const MINUTES_KEPT_MS = 2 * HOUR_MS;
/** Longer than the longest window. */
const HOURS_KEPT_MS = 8 * 24 * HOUR_MS;

/** The shard is the connection's own process: no two open transactions write the same row, so that they neither wait for each other nor deadlock. */
const ADD = `
  WITH counted AS (
    INSERT INTO stats_counters (minute, status, channel, shard, count)
    SELECT minute, status, channel, pg_backend_pid(), count
    FROM json_to_recordset($1::json) AS new (minute timestamptz, status text, channel text, count integer)
    ON CONFLICT (minute, status, channel, shard) DO UPDATE SET count = stats_counters.count + excluded.count
  )
  INSERT INTO stats_latencies (minute, bucket, shard, count)
  SELECT minute, bucket, pg_backend_pid(), count
  FROM json_to_recordset($2::json) AS new (minute timestamptz, bucket smallint, count integer)
  ON CONFLICT (minute, bucket, shard) DO UPDATE SET count = stats_latencies.count + excluded.count`;

/** Counts what became of notifications, in the transaction that writes it. */
export async function countChanges(client: DatabaseClient, changes: readonly Change[]): Promise<void> {
  const { statuses, latencies } = statsDeltaOf(changes);
  if (statuses.length === 0 && latencies.length === 0) return;
  await client.query({
    name: 'add to counters',
    text: ADD,
    values: [JSON.stringify(statuses), JSON.stringify(latencies)],
  });
}

export interface StatusCount {
  status: Status;
  channel: Channel | null;
  count: number;
}

/** How many notifications were accepted since, by status and channel. @param since a full minute, or a full hour when more than two hours ago. */
export async function countNotifications(database: Database, since: Date): Promise<StatusCount[]> {
  const { rows } = await database.query<StatusCount>({
    name: 'count notifications',
    text: `SELECT status, nullif(channel, '') AS channel, sum(count)::integer AS count FROM stats_counters
      WHERE minute >= $1 GROUP BY status, channel HAVING sum(count) > 0`,
    values: [since],
  });
  return rows;
}

/** How many of those accepted since were taken by a provider, by how long it took; in ascending order. @param since as above. */
export async function countLatencies(database: Database, since: Date): Promise<LatencyBucket[]> {
  const { rows } = await database.query<LatencyBucket>({
    name: 'count latencies',
    text: `SELECT bucket, sum(count)::integer AS count FROM stats_latencies
      WHERE minute >= $1 GROUP BY bucket HAVING sum(count) > 0 ORDER BY bucket`,
    values: [since],
  });
  return rows;
}

/** Moves rows into one for the hour, of shard 0, which no connection has. What a fold holds is left for the next time: nobody waits in a circle. */
const rollUp = (table: string, key: string) => `
  WITH taken AS (
    DELETE FROM ${table} WHERE ctid IN (
      SELECT ctid FROM ${table} WHERE shard <> 0 AND minute < $1 FOR UPDATE SKIP LOCKED
    ) RETURNING *
  )
  INSERT INTO ${table} (minute, ${key}, shard, count)
  SELECT date_bin('1 hour', minute, '2000-01-01Z') AS hour, ${key}, 0, sum(count)::integer FROM taken GROUP BY hour, ${key}
  ON CONFLICT (minute, ${key}, shard) DO UPDATE SET count = ${table}.count + excluded.count`;

const COUNTERS = { stats_counters: 'status, channel', stats_latencies: 'bucket' };

/**
 * Makes hours of the minutes that no window tells any more, and deletes the hours that none tells. Several instances may.
 * @throws what PostgreSQL throws; the next time goes on.
 */
export async function rollUpCounters(database: Database, now: Date): Promise<void> {
  await inTransaction(database, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('stats counters'))`);
    for (const [table, key] of Object.entries(COUNTERS)) {
      const firstMinute = Math.floor((now.getTime() - MINUTES_KEPT_MS) / HOUR_MS) * HOUR_MS;
      await client.query(rollUp(table, key), [new Date(firstMinute)]);
      await client.query(`DELETE FROM ${table} WHERE shard = 0 AND minute < $1`, [
        new Date(now.getTime() - HOURS_KEPT_MS),
      ]);
    }
  });
}
