import { QUEUES, STATS_WINDOWS, type StatsJson, type StatsWindow, type Status } from '@notify/contracts';
import { type Broker, BrokerUnavailableError } from '@notify/messaging';
import type { Database } from '@notify/service-kit';
import { type LatencyBucket, percentileOf } from './latency-bucket.ts';
import { sampleProviders } from './provider-stats-store.ts';
import { countLatencies, countNotifications } from './stats-counter-store.ts';

/** However many pages show them, statistics are counted this often at most. */
const KEPT_MS = 5_000;

const SUCCEEDED: readonly Status[] = ['sent', 'delivered', 'read'];
const FAILED: readonly Status[] = ['failed', 'unknown'];

type ByStatus = StatsJson['by_status'];

function sumOf(counts: ByStatus, statuses: readonly Status[]): number {
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

/** Of those that have an outcome; what was cancelled, suppressed or expired was never meant to arrive. */
function successRateOf(counts: ByStatus): number | null {
  const succeeded = sumOf(counts, SUCCEEDED);
  const all = succeeded + sumOf(counts, FAILED);
  return all === 0 ? null : succeeded / all;
}

function latencyOf(buckets: readonly LatencyBucket[]): StatsJson['latency_ms'] {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((part) => percentileOf(buckets, part));
  return p50 === undefined || p95 === undefined || p99 === undefined ? null : { p50, p95, p99 };
}

/** What the counters can tell: the last hour to the minute, more to the hour. The window is as much longer. */
function startOf(window: StatsWindow, now: number): Date {
  const stepMs = window === '1h' ? 60_000 : 3_600_000;
  return new Date(Math.floor((now - STATS_WINDOWS[window] * 1000) / stepMs) * stepMs);
}

async function queueDepthsOf(broker: Pick<Broker, 'queueDepths'>): Promise<Record<string, number> | null> {
  try {
    return Object.fromEntries(await broker.queueDepths(QUEUES.map(({ name }) => name)));
  } catch (error) {
    if (error instanceof BrokerUnavailableError) return null;
    throw error;
  }
}

async function countStats(
  window: StatsWindow,
  database: Database,
  broker: Pick<Broker, 'queueDepths'>,
): Promise<StatsJson> {
  const now = Date.now();
  const since = startOf(window, now);
  const [counts, latencies, sample, queueDepths] = await Promise.all([
    countNotifications(database, since),
    countLatencies(database, since),
    sampleProviders(database, since),
    queueDepthsOf(broker),
  ]);
  const byStatus: ByStatus = {};
  const byChannel: StatsJson['by_channel'] = {};
  for (const { status, channel, count } of counts) {
    byStatus[status] = (byStatus[status] ?? 0) + count;
    if (channel !== null) byChannel[channel] = { ...byChannel[channel], [status]: count };
  }
  return {
    window,
    since: since.toISOString(),
    counted_at: new Date(now).toISOString(),
    total: counts.reduce((sum, { count }) => sum + count, 0),
    by_status: byStatus,
    by_channel: byChannel,
    success_rate: successRateOf(byStatus),
    latency_ms: latencyOf(latencies),
    ...sample,
    queue_depths: queueDepths,
  };
}

/** The statistics of a window, counted now or a few seconds ago; who asks while they are being counted waits for the same count. */
export function createStats(
  database: Database,
  broker: Pick<Broker, 'queueDepths'>,
): (window: StatsWindow) => Promise<StatsJson> {
  const kept = new Map<StatsWindow, { stats: Promise<StatsJson>; untilMs: number }>();
  return (window) => {
    const last = kept.get(window);
    if (last !== undefined && last.untilMs > Date.now()) return last.stats;
    const stats = countStats(window, database, broker);
    const entry = { stats, untilMs: Number.POSITIVE_INFINITY };
    kept.set(window, entry);
    stats.then(
      () => {
        entry.untilMs = Date.now() + KEPT_MS;
      },
      () => kept.delete(window),
    );
    return stats;
  };
}
