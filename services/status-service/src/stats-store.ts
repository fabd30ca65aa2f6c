import type { Channel, ProviderStatsJson, StatsJson, Status } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

/** Attempts lie in the rows: reading all of a busy week would take minutes, and the newest tell how it goes now. */
const SAMPLE_SIZE = 10_000;

interface CountRow {
  status: Status;
  channel: Channel | null;
  count: number;
}

/** How many notifications were accepted since, by status and channel. Answered from an index alone. */
export async function countNotifications(database: Database, since: string): Promise<CountRow[]> {
  const { rows } = await database.query<CountRow>({
    name: 'count notifications',
    text: 'SELECT status, channel, count(*)::integer AS count FROM notifications WHERE created_at > $1 GROUP BY status, channel',
    values: [since],
  });
  return rows;
}

/** What had to wait counts from the end of its wait. */
const SAMPLE_QUERY = `
  WITH newest AS MATERIALIZED (
    SELECT id, created_at, send_at, timeline, attempts
    FROM notifications WHERE created_at > $1 ORDER BY created_at DESC, id DESC LIMIT ${SAMPLE_SIZE}
  ), due AS (
    SELECT id, attempts, greatest(created_at, send_at, (
      SELECT max((entry ->> 'at')::timestamptz) FROM jsonb_array_elements(timeline) AS entry WHERE entry ->> 'event' = 'due'
    )) AS due_at
    FROM newest
  ), calls AS MATERIALIZED (
    SELECT due.id, due.due_at, call.*
    FROM due, jsonb_to_recordset(due.attempts) AS call
      (channel text, provider text, status text, error_class text, started_at timestamptz, duration_ms double precision)
  ), latencies AS (
    SELECT DISTINCT ON (id) extract(epoch FROM started_at - due_at) * 1000 + duration_ms AS ms
    FROM calls WHERE status IN ('sent', 'delivered') ORDER BY id, started_at
  )
  SELECT
    (SELECT count(*)::integer FROM newest) AS sampled,
    (SELECT percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY round(greatest(ms, 0))::integer) FROM latencies) AS percentiles,
    (SELECT coalesce(json_agg(one ORDER BY channel, provider), '[]') FROM (
      SELECT channel, provider, count(*) AS calls,
        count(*) FILTER (WHERE error_class IN ('transient', 'unknown', 'config')) AS faults
      FROM calls GROUP BY channel, provider
    ) AS one) AS providers`;

/** How long it took and how the providers did, over the newest notifications since. */
export async function sampleNotifications(
  database: Database,
  since: string,
): Promise<Pick<StatsJson, 'sampled' | 'latency_ms' | 'providers'>> {
  const { rows } = await database.query<{
    sampled: number;
    percentiles: [number, number, number] | null;
    providers: Omit<ProviderStatsJson, 'availability'>[];
  }>({ name: 'sample notifications', text: SAMPLE_QUERY, values: [since] });
  const { sampled = 0, percentiles = null, providers = [] } = rows[0] ?? {};
  const [p50, p95, p99] = percentiles ?? [];
  return {
    sampled,
    latency_ms: p50 === undefined || p95 === undefined || p99 === undefined ? null : { p50, p95, p99 },
    providers: providers.map((each) => ({ ...each, availability: (each.calls - each.faults) / each.calls })),
  };
}
