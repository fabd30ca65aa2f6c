import { textTable } from './text-table.ts';

type TimelineEntry = {
  event: string;
  status?: string;
  channel?: string;
  provider?: string;
  reason?: string;
  error_code?: string;
  at: string;
};

type Attempt = {
  channel: string;
  provider: string;
  attempt: number;
  status: string;
  error_code?: string;
  error_class?: string;
  started_at: string;
  duration_ms: number;
};

/** The parts of GET /api/v1/notifications/{id} that a trail shows. */
export type FollowedNotification = {
  notification_id: string;
  status: string;
  channel?: string;
  created_at: string;
  timeline: TimelineEntry[];
  attempts: Attempt[];
};

/** A notification's trail as two tables: what happened when, and what each provider was asked. */
export function trailText(notification: FollowedNotification): string {
  const startMs = Math.min(
    Date.parse(notification.created_at),
    ...notification.timeline.map(({ at }) => Date.parse(at)),
  );
  const offset = (at: string): string => `+${((Date.parse(at) - startMs) / 1000).toFixed(3)} s`;
  const events = notification.timeline.map((entry) => [
    offset(entry.at),
    entry.event,
    entry.channel,
    entry.provider,
    [entry.reason, entry.error_code].filter(Boolean).join(' '),
  ]);
  const attempts = notification.attempts.map((attempt) => [
    offset(attempt.started_at),
    attempt.channel,
    attempt.provider,
    String(attempt.attempt),
    attempt.status,
    [attempt.error_class, attempt.error_code].filter(Boolean).join(' '),
    `${Math.round(attempt.duration_ms)} ms`,
  ]);
  return [
    `\nTrail of ${notification.notification_id}: ${notification.status}${notification.channel ? ` by ${notification.channel}` : ''}`,
    textTable([['TIME', 'EVENT', 'CHANNEL', 'PROVIDER', 'REASON'], ...events]),
    '\nAttempts',
    textTable([['TIME', 'CHANNEL', 'PROVIDER', 'ATTEMPT', 'RESULT', 'ERROR', 'TOOK'], ...attempts]),
  ].join('\n');
}
