import {
  type Channel,
  type Envelope,
  EVENTS_EXCHANGE,
  envelopeToJson,
  eventId,
  FAILED_EXCHANGE,
  laneRoutingKey,
  NOTIFICATIONS_EXCHANGE,
  type NotificationEventJson,
  notificationEventRoutingKey,
  type ReasonCode,
  type Status,
  type TimelineEntryJson,
  type TimelineEvent,
  type WaitReason,
  waitName,
  workMessageId,
} from '@notify/contracts';
import type { OutgoingMessage } from './publisher.ts';

/** Shown on the management page, so that an operator can read a message without its body. */
function readableHeaders(envelope: Envelope, reason?: string): Record<string, string | number> {
  return {
    notification_id: envelope.notificationId,
    type: envelope.notificationType,
    channel: envelope.plan[envelope.hop] as Channel,
    priority: envelope.priority,
    epoch: envelope.epoch,
    hop: envelope.hop,
    attempt: envelope.attempt,
    correlation_id: envelope.correlationId,
    ...(reason === undefined ? {} : { reason }),
  };
}

/** A notification on its way into a lane. */
export function laneMessage(envelope: Envelope, reason?: string): OutgoingMessage {
  return {
    exchange: NOTIFICATIONS_EXCHANGE,
    routingKey: laneRoutingKey(envelope.plan[envelope.hop] as Channel, envelope.priority),
    messageId: workMessageId(envelope.notificationId, envelope),
    body: envelopeToJson(envelope),
    headers: readableHeaders(envelope, reason),
    correlationId: envelope.correlationId,
  };
}

/** The same once more, after something that used up no try: `deferrals` tells it from every message there was before. */
export function deferredLaneMessage(envelope: Envelope, reason?: string): OutgoingMessage {
  const { messageId, ...message } = laneMessage(envelope, reason);
  return { ...message, messageId: `${messageId}.deferral.${envelope.deferrals}` };
}

/** What starts a notification on its way: the message to the first lane, or with mode `all` one to each channel's. */
export function firstLaneMessages(envelope: Envelope, reason?: string): OutgoingMessage[] {
  if (envelope.mode === 'first_success') return [laneMessage(envelope, reason)];
  return envelope.plan.map((_channel, hop) => laneMessage({ ...envelope, hop }, reason));
}

/**
 * The operators' copy of a notification that came to its end without success. `recorded`: an event tells status-service of it already, so that
 * the copy changes nothing there.
 */
export function failedMessage(envelope: Envelope, reason: string): OutgoingMessage {
  const { messageId, ...message } = laneMessage(envelope, reason);
  return {
    ...message,
    messageId: `${messageId}.failed`,
    exchange: FAILED_EXCHANGE,
    headers: { ...message.headers, recorded: 1 },
  };
}

/** A message on notifications.events. */
export interface EventMessage extends OutgoingMessage {
  body: NotificationEventJson;
}

/** An event of one notification at its present position. */
export function eventMessage(
  envelope: Envelope,
  event: TimelineEvent,
  status: Status,
  parts: Pick<NotificationEventJson, 'attempts' | 'timeline'> & {
    occurredAt: string;
    discriminator?: string;
    /** Default: derived from the position, the event and the discriminator. */
    id?: string;
    confirmBy?: string;
    envelope?: NotificationEventJson['envelope'];
  },
): EventMessage {
  const id = parts.id ?? eventId(envelope.notificationId, envelope, event, parts.discriminator);
  const body: NotificationEventJson = {
    version: 1,
    event_id: id,
    event,
    notification_id: envelope.notificationId,
    epoch: envelope.epoch,
    hop: envelope.hop,
    attempt: envelope.attempt,
    status,
    channel: envelope.plan[envelope.hop],
    attempts: parts.attempts,
    timeline: parts.timeline,
    notification_type: envelope.notificationType,
    user_id: envelope.recipient.userId,
    correlation_id: envelope.correlationId,
    occurred_at: parts.occurredAt,
    confirm_by: parts.confirmBy,
    envelope: parts.envelope,
  };
  return {
    exchange: EVENTS_EXCHANGE,
    routingKey: notificationEventRoutingKey(event),
    messageId: id,
    body,
    headers: readableHeaders(envelope),
    correlationId: envelope.correlationId,
  };
}

/**
 * That the notification was cancelled in this epoch. Its id names no hop and no try: whoever tells it, wherever the notification was by
 * then, it is one and the same event.
 */
export function cancelledMessage(envelope: Envelope, at: string): EventMessage {
  const id = eventId(envelope.notificationId, { epoch: envelope.epoch, hop: 0, attempt: 0 }, 'cancelled');
  const { channel: _theWholeNotification, ...entry } = timelineEntry(envelope, 'cancelled', 'cancelled', at);
  return eventMessage(envelope, 'cancelled', 'cancelled', {
    attempts: [],
    timeline: [{ ...entry, id }],
    occurredAt: at,
    id,
  });
}

/** That it is not to be sent before `until`: the record keeps it, and then puts it back into its lane. */
export function waitMessage(envelope: Envelope, reason: WaitReason, until: string, at: string): EventMessage {
  const discriminator = waitName(envelope.deferrals, reason);
  const entry = timelineEntry(envelope, 'deferred', 'scheduled', at, { reason, discriminator });
  return eventMessage(envelope, 'deferred', 'scheduled', {
    attempts: [],
    timeline: [{ ...entry, until }],
    occurredAt: at,
    discriminator,
  });
}

/** One line of the trail, at the envelope's position. */
export function timelineEntry(
  envelope: Envelope,
  event: TimelineEvent,
  status: Status,
  at: string,
  options: { reason?: ReasonCode; channel?: Channel; discriminator?: string } = {},
): TimelineEntryJson {
  return {
    id: eventId(envelope.notificationId, envelope, event, options.discriminator),
    event,
    status,
    channel: options.channel ?? envelope.plan[envelope.hop],
    reason: options.reason,
    at,
  };
}
