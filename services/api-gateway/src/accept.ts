import {
  AppError,
  type Envelope,
  envelopeToJson,
  type NotificationJson,
  type Status,
  type TimelineEntryJson,
  timelineLine,
} from '@notify/contracts';
import type { PlannedSkip } from '@notify/enrichment';
import { type Broker, BrokerUnavailableError, eventMessage, firstLaneMessages, timelineEntry } from '@notify/messaging';
import { currentContext } from '@notify/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { AcceptSummaries } from './accept-summary.ts';

/** What is known of a notification before it has an id. */
export type NewNotification = Pick<
  Envelope,
  | 'notificationType'
  | 'priority'
  | 'mode'
  | 'recipient'
  | 'content'
  | 'template'
  | 'variables'
  | 'plan'
  | 'sendAt'
  | 'expiresAt'
  | 'confirmWithinSeconds'
  | 'replyTo'
  | 'metadata'
> & { skipped: PlannedSkip[] };

function envelopeOf(notification: NewNotification, notificationId: string): Envelope {
  const { skipped: _inTheTimelineOnly, ...rest } = notification;
  const { correlationId, traceparent } = currentContext();
  return {
    ...rest,
    notificationId,
    epoch: 0,
    hop: 0,
    attempt: 1,
    deferrals: 0,
    tried: [],
    skipped: [],
    correlationId: correlationId ?? notificationId,
    traceparent,
    createdAt: new Date().toISOString(),
  };
}

/** Whether it is for later: then status-service, which keeps it, sends it into its lane when its time has come. */
export function isScheduled({ sendAt, createdAt }: Pick<Envelope, 'sendAt' | 'createdAt'>): boolean {
  return sendAt !== undefined && sendAt > createdAt;
}

function summaryOf(envelope: Envelope, status: Status, timeline: TimelineEntryJson[]): NotificationJson {
  return {
    notification_id: envelope.notificationId,
    status,
    channel: null,
    priority: envelope.priority,
    mode: envelope.mode,
    notification_type: envelope.notificationType,
    user_id: envelope.recipient.userId ?? null,
    channels: envelope.plan,
    attempts: [],
    timeline: timeline.map(timelineLine),
    created_at: envelope.createdAt,
    updated_at: envelope.createdAt,
    send_at: envelope.sendAt ?? null,
    expires_at: envelope.expiresAt ?? null,
    metadata: envelope.metadata,
    correlation_id: envelope.correlationId,
  };
}

/** Where a notification is read. */
export const notificationPath = (notificationId: string): string => `/api/v1/notifications/${notificationId}`;

/** An id for a notification that is about to be accepted. */
export function newNotificationId(): string {
  return uuidv7();
}

/**
 * Accepts: the record's event, with the whole envelope, and unless it is for later the message to the first lane (to each lane with mode
 * `all`), all confirmed by the broker.
 * Only when this resolves may the client be told so.
 * @throws AppError `dependency_unavailable` when the broker did not confirm all.
 */
export async function acceptNotification(
  notification: NewNotification,
  notificationId: string,
  { broker, summaries }: { broker: Broker; summaries: AcceptSummaries },
): Promise<Envelope> {
  const envelope = envelopeOf(notification, notificationId);
  const at = envelope.createdAt;
  const isLater = isScheduled(envelope);
  const status = isLater ? 'scheduled' : 'accepted';
  const timeline: TimelineEntryJson[] = [
    timelineEntry(envelope, 'accepted', 'accepted', at),
    ...notification.skipped.map(({ channel, reason }) =>
      timelineEntry(envelope, 'skipped', 'accepted', at, { channel, reason, discriminator: `plan.${channel}` }),
    ),
  ];
  if (isLater) timeline.push(timelineEntry(envelope, 'scheduled', 'scheduled', at, { reason: 'send_at' }));
  // A trail starts with the notification itself; no channel has been chosen by then.
  for (const entry of timeline) if (entry.event !== 'skipped') delete entry.channel;
  const accepted = eventMessage(envelope, 'accepted', status, {
    attempts: [],
    timeline,
    occurredAt: at,
    envelope: envelopeToJson(envelope),
  });
  try {
    await Promise.all([
      broker.publish(accepted),
      ...(isLater ? [] : firstLaneMessages(envelope)).map((message) => broker.publish(message)),
      summaries.keep(summaryOf(envelope, status, timeline)),
    ]);
  } catch (error) {
    if (!(error instanceof BrokerUnavailableError)) throw error;
    throw new AppError(
      'dependency_unavailable',
      'The message broker did not confirm: it may or may not have been accepted',
      {
        cause: error,
      },
    );
  }
  return envelope;
}
