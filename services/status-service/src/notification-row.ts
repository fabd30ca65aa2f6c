import {
  type AttemptJson,
  type Channel,
  type Mode,
  type NotificationJson,
  type Priority,
  type Status,
  type TimelineEntryJson,
  timelineLine,
} from '@notify/contracts';
import type { NotificationRecord } from './fold-events.ts';

/** What folding needs to know of a stored notification. */
export interface ProgressRow {
  id: string;
  status: Status;
  channel: Channel | null;
  epoch: number;
  hop: number;
  attempt: number;
  is_guess: boolean;
  attempts: AttemptJson[];
  timeline: TimelineEntryJson[];
  notification_type: string;
  user_id: string | null;
  correlation_id: string;
  created_at: Date;
  updated_at: Date;
  is_known: boolean;
  is_accepted: boolean;
  mode: Mode;
  channels: Channel[];
}

export const PROGRESS_COLUMNS =
  'id, status, channel, epoch, hop, attempt, is_guess, attempts, timeline, notification_type, user_id, correlation_id, created_at, updated_at, is_known, is_accepted, mode, channels';

export function recordFromRow(row: ProgressRow): NotificationRecord {
  return {
    notificationId: row.id,
    status: row.status,
    channel: row.channel,
    epoch: row.epoch,
    hop: row.hop,
    attempt: row.attempt,
    isGuess: row.is_guess,
    attempts: row.attempts,
    timeline: row.timeline,
    notificationType: row.notification_type,
    userId: row.user_id,
    correlationId: row.correlation_id,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    isKnown: row.is_known,
    isAccepted: row.is_accepted,
    mode: row.mode,
    plan: row.channels,
  };
}

/** The whole row, as the write statements read it from one JSON parameter. */
export function rowFromRecord(record: NotificationRecord): Record<string, unknown> {
  const { envelope } = record;
  return {
    id: record.notificationId,
    status: record.status,
    channel: record.channel,
    epoch: record.epoch,
    hop: record.hop,
    attempt: record.attempt,
    is_guess: record.isGuess,
    attempts: record.attempts,
    timeline: record.timeline,
    notification_type: record.notificationType,
    user_id: record.userId,
    correlation_id: record.correlationId,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    is_known: record.isKnown,
    is_accepted: record.isAccepted,
    priority: envelope?.priority,
    channels: record.plan,
    skipped: envelope?.skipped,
    metadata: envelope?.metadata ?? {},
    traceparent: envelope?.traceparent,
    mode: record.mode,
    send_at: envelope?.send_at,
    expires_at: envelope?.expires_at,
    confirm_within_seconds: envelope?.confirm_within_seconds,
    recipient: envelope?.recipient,
    content: envelope?.content,
    template: envelope?.template,
    variables: envelope?.variables,
  };
}

export interface NotificationRow extends ProgressRow {
  priority: Priority | null;
  metadata: Record<string, unknown>;
  send_at: Date | null;
  expires_at: Date | null;
}

export const NOTIFICATION_COLUMNS = `${PROGRESS_COLUMNS}, priority, metadata, send_at, expires_at`;

export function notificationFromRow(row: NotificationRow): NotificationJson {
  return {
    notification_id: row.id,
    status: row.status,
    channel: row.channel,
    // A stub lives for milliseconds; until `accepted` comes, the default stands for what is not known yet.
    priority: row.priority ?? 'medium',
    notification_type: row.notification_type,
    user_id: row.user_id,
    mode: row.mode,
    channels: row.channels,
    attempts: row.attempts,
    timeline: row.timeline.map(timelineLine),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    send_at: row.send_at?.toISOString() ?? null,
    expires_at: row.expires_at?.toISOString() ?? null,
    metadata: row.metadata,
    correlation_id: row.correlation_id,
  };
}
