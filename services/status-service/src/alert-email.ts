import { type Content, type Envelope, envelopeToJson } from '@notify/contracts';
import { eventMessage, laneMessage, type OutgoingMessage, timelineEntry } from '@notify/messaging';
import { v7 as uuidv7 } from 'uuid';
import { type CriticalFailureAlertJson, OPERATOR_ALERT_TYPE } from './critical-failure-alert.ts';

/** An alert in words. */
export function alertContent({ count, notifications }: CriticalFailureAlertJson): Content {
  const title =
    count === 1
      ? 'A critical notification may not have arrived'
      : `${count} critical notifications may not have arrived`;
  const lines = notifications.map(({ notification_type, status, channels, error_codes, reason, link }) => {
    const tried = channels.length === 0 ? 'no channel could be tried' : channels.join(', ');
    return [`${notification_type}: ${[status, tried, reason, ...error_codes].filter(Boolean).join('; ')}`, link].join(
      '\n  ',
    );
  });
  const others = count - notifications.length;
  return {
    title,
    body: [
      'They failed, expired, or are unknown: nothing more is sent by itself.',
      ...lines,
      ...(others > 0 ? [`... and ${others} more: GET /api/v1/notifications?priority=critical`] : []),
      'To send a failed or unknown one again: POST <its path>/retry. Many: POST /api/v1/notifications/replay.',
    ].join('\n\n'),
  };
}

/** The messages that make an alert an ordinary notification to this address: the record's event and the one to the lane. */
export function alertEmail(alert: CriticalFailureAlertJson, address: string): OutgoingMessage[] {
  const notificationId = uuidv7();
  const envelope: Envelope = {
    notificationId,
    epoch: 0,
    hop: 0,
    attempt: 1,
    deferrals: 0,
    notificationType: OPERATOR_ALERT_TYPE,
    priority: 'high',
    mode: 'first_success',
    recipient: { to: { email: address } },
    content: alertContent(alert),
    variables: {},
    plan: ['email'],
    tried: [],
    skipped: [],
    correlationId: notificationId,
    metadata: {},
    createdAt: alert.at,
  };
  const { channel: _noneChosenYet, ...entry } = timelineEntry(envelope, 'accepted', 'accepted', alert.at);
  const accepted = eventMessage(envelope, 'accepted', 'accepted', {
    attempts: [],
    timeline: [entry],
    occurredAt: alert.at,
    envelope: envelopeToJson(envelope),
  });
  return [accepted, laneMessage(envelope)];
}
