import type { NotificationRecord } from './fold-events.ts';

/**
 * How long a notification took until a provider took it, in milliseconds. What had to wait counts from the end of its
 * last wait: a schedule ends with a `due` in the timeline too.
 * @returns undefined where no provider took it yet.
 */
export function latencyOfRecord(record: NotificationRecord): number | undefined {
  // Attempts stand in the order of their start.
  const taken = record.attempts.find(({ status }) => status === 'sent' || status === 'delivered');
  if (taken === undefined) return undefined;
  const ends = record.timeline.filter(({ event }) => event === 'due').map(({ at }) => Date.parse(at));
  return Date.parse(taken.started_at) + taken.duration_ms - Math.max(Date.parse(record.createdAt), ...ends);
}
