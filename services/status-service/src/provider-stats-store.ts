import type { ProviderStatsJson, StatsJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

/** Attempts lie in the rows: reading all of a busy week would take minutes, and the newest tell how it goes now. */
const SAMPLE_SIZE = 10_000;

const SAMPLE_QUERY = `
  WITH newest AS MATERIALIZED (
    SELECT attempts FROM notifications WHERE created_at >= $1 AND is_known ORDER BY created_at DESC, id DESC LIMIT ${SAMPLE_SIZE}
  )
  SELECT
    (SELECT count(*)::integer FROM newest) AS sampled,
    (SELECT coalesce(json_agg(one ORDER BY channel, provider), '[]') FROM (
      SELECT channel, provider, count(*) AS calls,
        count(*) FILTER (WHERE error_class IN ('transient', 'unknown', 'config')) AS faults
      FROM newest, jsonb_to_recordset(newest.attempts) AS call (channel text, provider text, error_class text)
      GROUP BY channel, provider
    ) AS one) AS providers`;

/** How the providers did, over the newest notifications since. */
export async function sampleProviders(
  database: Database,
  since: Date,
): Promise<Pick<StatsJson, 'sampled' | 'providers'>> {
  const { rows } = await database.query<{ sampled: number; providers: Omit<ProviderStatsJson, 'availability'>[] }>({
    name: 'sample providers',
    text: SAMPLE_QUERY,
    values: [since],
  });
  const { sampled = 0, providers = [] } = rows[0] ?? {};
  return {
    sampled,
    providers: providers.map((each) => ({ ...each, availability: (each.calls - each.faults) / each.calls })),
  };
}
