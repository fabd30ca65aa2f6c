import type { AttemptJson, NotificationJson } from '@notify/contracts';
import { textTable } from './text-table.ts';

const outcomes = ['retrying', 'failover', 'sent', 'delivered', 'bounced', 'failed', 'unknown'];

/** A notification's trail as two tables: what happened when, and what each provider was asked. */
export function trailText(notification: NotificationJson): string {
  const startMs = Math.min(
    Date.parse(notification.created_at),
    ...notification.timeline.map(({ at }) => Date.parse(at)),
  );
  const offset = (at: string): string => `+${((Date.parse(at) - startMs) / 1000).toFixed(3)} s`;
  const events = notification.timeline.map((entry) => {
    const attempt = attemptBehind(entry, notification.attempts);
    const reason = [entry.reason, attempt?.error_code].filter(Boolean).join(' ');
    return [offset(entry.at), entry.event, entry.channel, attempt?.provider, reason];
  });
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

/** The attempt whose outcome an event tells: the channel's latest one that was over by then. */
function attemptBehind(
  entry: NotificationJson['timeline'][number],
  attempts: readonly AttemptJson[],
): AttemptJson | undefined {
  if (!outcomes.includes(entry.event)) return undefined;
  const at = Date.parse(entry.at);
  return attempts.filter(({ channel, started_at }) => channel === entry.channel && Date.parse(started_at) <= at).at(-1);
}
