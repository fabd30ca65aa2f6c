import {
  type AttemptJson,
  type Channel,
  type EnvelopeJson,
  eventId,
  type NotificationEventJson,
  type Status,
  type TimelineEvent,
} from '@notify/contracts';

interface EventOptions {
  /** Default: the event's own name. */
  status?: Status;
  epoch?: number;
  hop?: number;
  attempt?: number;
  channel?: Channel;
  at: string;
  /** With it the event carries one provider call that ended so. */
  outcome?: AttemptJson['status'];
  reason?: string;
}

/** As a worker publishes it: with the provider call, when there was one, and what it did in the timeline. */
export function notificationEvent(id: string, event: TimelineEvent, options: EventOptions): NotificationEventJson {
  const position = { epoch: options.epoch ?? 0, hop: options.hop ?? 0, attempt: options.attempt ?? 1 };
  const status = options.status ?? (event as Status);
  const { channel, at, outcome, reason } = options;
  const call = outcome === undefined || channel === undefined ? undefined : { channel, outcome };
  const processing = eventId(id, position, 'processing');
  return {
    version: 1,
    event_id: eventId(id, position, event),
    event,
    notification_id: id,
    ...position,
    status,
    ...(channel === undefined ? {} : { channel }),
    attempts:
      call === undefined
        ? []
        : [
            {
              channel: call.channel,
              provider: 'test',
              ...position,
              status: call.outcome,
              started_at: at,
              duration_ms: 12,
            },
          ],
    timeline: [
      ...(call === undefined
        ? []
        : [{ id: processing, event: 'processing' as const, status: 'processing' as const, channel, at }]),
      {
        id: eventId(id, position, event),
        event,
        status,
        ...(channel === undefined ? {} : { channel }),
        ...(reason === undefined ? {} : { reason }),
        at,
      },
    ],
    notification_type: 'alert',
    user_id: 'user-1',
    correlation_id: 'correlation-1',
    occurred_at: at,
  };
}

/** As the gateway publishes it, with the whole envelope. */
export function acceptedEvent(
  id: string,
  { at, ...overrides }: { at: string } & Partial<EnvelopeJson>,
): NotificationEventJson & { envelope: EnvelopeJson } {
  const envelope: EnvelopeJson = {
    version: 1,
    notification_id: id,
    epoch: 0,
    hop: 0,
    attempt: 1,
    deferrals: 0,
    notification_type: 'alert',
    priority: 'high',
    mode: 'first_success',
    recipient: { user_id: 'user-1' },
    content: { title: 'Hello', body: 'A text that is as long as a usual one, so that rows have a usual size.' },
    variables: {},
    plan: ['email', 'sms'],
    tried: [],
    skipped: [],
    correlation_id: 'correlation-1',
    metadata: { order_id: 'A-1' },
    created_at: at,
    ...overrides,
  };
  return {
    ...notificationEvent(id, 'accepted', { at }),
    notification_type: envelope.notification_type,
    user_id: envelope.recipient.user_id,
    envelope,
  };
}

/** As the gateway accepts what is for later. */
export function scheduledEvent(
  id: string,
  sendAt: string,
  envelope: Partial<EnvelopeJson> = {},
): NotificationEventJson {
  const at = new Date().toISOString();
  const accepted = acceptedEvent(id, { at, send_at: sendAt, ...envelope });
  const { timeline } = notificationEvent(id, 'scheduled', { at });
  return { ...accepted, status: 'scheduled', timeline: [...accepted.timeline, ...timeline] };
}
