import type { AttemptJson, Channel, Status, TimelineEntryJson, TimelineEvent } from '@notify/contracts';

/** The type of the alerts themselves, which are notifications too. Their failure alerts nobody, or alerts would go in circles. */
export const OPERATOR_ALERT_TYPE = 'operator_alert';

/** How a critical one ends without anybody knowing that it arrived. */
const ENDS: ReadonlySet<TimelineEvent> = new Set(['failed', 'unknown', 'expired']);

/** A critical notification that failed on all its channels, was too late, or of which nobody knows whether it was sent. */
export interface CriticalFailure {
  notificationId: string;
  notificationType: string;
  status: Status;
  /** The one that failed. */
  epoch: number;
  attempts: AttemptJson[];
  timeline: TimelineEntryJson[];
}

/** What the operators' webhook is posted. It names no recipient and holds nothing of what was to be said. */
export interface CriticalFailureAlertJson {
  type: 'notification.critical_failure';
  /** All that ended so since the alert before; the list stops earlier. */
  count: number;
  notifications: {
    notification_id: string;
    notification_type: string;
    /** `failed`, `unknown` or `expired`; what has moved on by now, whatever it is now. */
    status: Status;
    /** Those that a provider was asked for. */
    channels: Channel[];
    error_codes: string[];
    /** Why it ended, as in its timeline. */
    reason: string | null;
    /** The path at the gateway. */
    link: string;
  }[];
  at: string;
}

/** @param failures the first ones of `count`. */
export function alertOf(count: number, failures: readonly CriticalFailure[], at: string): CriticalFailureAlertJson {
  return {
    type: 'notification.critical_failure',
    count,
    notifications: failures.map(({ notificationId, notificationType, status, epoch, attempts, timeline }) => {
      const made = attempts.filter((attempt) => attempt.epoch === epoch);
      return {
        notification_id: notificationId,
        notification_type: notificationType,
        status,
        channels: [...new Set(made.map(({ channel }) => channel))],
        error_codes: [...new Set(made.flatMap(({ error_code: code }) => (code === undefined ? [] : [code])))],
        reason: timeline.findLast(({ event }) => ENDS.has(event))?.reason ?? null,
        link: `/api/v1/notifications/${notificationId}`,
      };
    }),
    at,
  };
}
