import type { NotificationRecord } from './fold-events.ts';
import { bucketOfLatency } from './latency-bucket.ts';
import { latencyOfRecord } from './latency-of-record.ts';

/** What an update made of a notification. */
export interface Change {
  /** As the row was, locked by the same transaction; undefined where there was none. */
  before: NotificationRecord | undefined;
  after: NotificationRecord;
}

/** What changes in one counter. */
export interface StatusDelta {
  minute: string;
  status: string;
  /** Empty where there is none yet. */
  channel: string;
  count: number;
}

export interface LatencyDelta {
  minute: string;
  bucket: number;
  count: number;
}

export interface StatsDelta {
  statuses: StatusDelta[];
  latencies: LatencyDelta[];
}

/** The minute in which it was accepted: it counts there for good. */
const minuteOf = ({ createdAt }: NotificationRecord): string => `${createdAt.slice(0, 16)}Z`;

function addTo<Delta extends { count: number }>(deltas: Map<string, Delta>, key: string, delta: Delta): void {
  const known = deltas.get(key);
  if (known === undefined) deltas.set(key, delta);
  else known.count += delta.count;
}

/**
 * What changes leave to add to the counters: each takes away what the record counted as before and adds what it counts as
 * now. Both are derived from the record alone, so that events that come twice or in another order count nothing twice.
 */
export function statsDeltaOf(changes: readonly Change[]): StatsDelta {
  const statuses = new Map<string, StatusDelta>();
  const latencies = new Map<string, LatencyDelta>();
  const count = (record: NotificationRecord | undefined, sign: 1 | -1) => {
    if (record === undefined || !record.isKnown) return;
    const { status } = record;
    const minute = minuteOf(record);
    const channel = record.channel ?? '';
    addTo(statuses, `${minute} ${status} ${channel}`, { minute, status, channel, count: sign });
    const latencyMs = latencyOfRecord(record);
    if (latencyMs === undefined) return;
    const bucket = bucketOfLatency(latencyMs);
    addTo(latencies, `${minute} ${bucket}`, { minute, bucket, count: sign });
  };
  for (const { before, after } of changes) {
    count(before, -1);
    count(after, 1);
  }
  return {
    statuses: [...statuses.values()].filter((delta) => delta.count !== 0),
    latencies: [...latencies.values()].filter((delta) => delta.count !== 0),
  };
}
