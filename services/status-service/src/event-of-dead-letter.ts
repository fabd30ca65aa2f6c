import {
  CHANNELS,
  type Channel,
  type Envelope,
  eventId,
  type NotificationEventJson,
  type Position,
  parseEnvelope,
} from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { deathOf } from './death.ts';
import { UUID_PATTERN } from './list-cursor.ts';
import { parseRecordEvent } from './parse-event.ts';
import { parseJson } from './parse-json.ts';
import type { RecordEvent } from './record-event.ts';

/** What a dead-lettered message tells of a notification. */
export interface Told {
  notificationId?: string;
  /** To be folded into the record. */
  event?: RecordEvent;
  /** The same event, where it was made here and nobody has been told of it. */
  untold?: NotificationEventJson;
}

/** What notifications.events carries, by the first word of the routing key; anything else was on its way to a worker. */
const EVENT_FAMILIES = new Set(['notification', 'receipt', 'recipient', 'user', 'template']);

/**
 * What to do about a dead letter:
 * - a valid event or receipt died of our own crashes and is folded as what it is;
 * - one that can't be read says nothing about the delivery, which may have gone well;
 * - a work message will not be worked on any more: its notification has failed, unless the worker said so already.
 * Never throws.
 */
export function eventOfDeadLetter(delivery: Delivery, now: Date): Told {
  const json = parseJson(delivery.body);
  const named = nameOf(delivery, json);
  if (EVENT_FAMILIES.has(delivery.routingKey.split('.', 1)[0] ?? '')) {
    const { event } = parseRecordEvent(delivery);
    return event === undefined
      ? { notificationId: named.notificationId }
      : { notificationId: event.notification_id, event };
  }
  if (named.notificationId === undefined || delivery.headers['recorded'] !== undefined) {
    return { notificationId: named.notificationId };
  }
  // What is not JSON at all is `undefined`, which a schema would take for an optional value.
  const parsed = parseEnvelope(json ?? null);
  const envelope = parsed.problem === undefined ? parsed.envelope : undefined;
  const failed = failedEvent(named.notificationId, delivery, named.fields, envelope, now);
  return { notificationId: named.notificationId, event: failed, untold: failed };
}

type Fields = Record<string, unknown>;

/** The body's own word first; a body that can't be read may still have readable headers. */
function nameOf(delivery: Delivery, json: unknown): { notificationId?: string; fields: Fields } {
  const body = typeof json === 'object' && json !== null ? (json as Fields) : {};
  const fields = { ...delivery.headers, notification_type: delivery.headers['type'], ...body };
  const ids = [body['notification_id'], delivery.headers['notification_id']];
  const id = ids.find((each) => typeof each === 'string' && UUID_PATTERN.test(each)) as string | undefined;
  return { notificationId: id?.toLowerCase(), fields };
}

function failedEvent(
  notificationId: string,
  delivery: Delivery,
  fields: Fields,
  envelope: Envelope | undefined,
  now: Date,
): NotificationEventJson {
  const death = deathOf(delivery.headers);
  const position: Position = {
    epoch: wholeNumber(fields['epoch'], 0),
    hop: wholeNumber(fields['hop'], 0),
    attempt: wholeNumber(fields['attempt'], 1),
  };
  const channel = envelope?.plan[envelope.hop] ?? CHANNELS.find((each) => each === fields['channel']);
  const at = death.at ?? now.toISOString();
  const id = eventId(notificationId, position, 'failed', `dead_letter.${death.reason}`);
  return {
    version: 1,
    event_id: id,
    event: 'failed',
    notification_id: notificationId,
    ...position,
    status: 'failed',
    channel,
    attempts: [],
    timeline: [{ id, event: 'failed', status: 'failed', ...channelField(channel), reason: death.reason, at }],
    notification_type: text(fields['notification_type']) ?? 'unknown',
    user_id: envelope?.recipient.userId,
    correlation_id: text(fields['correlation_id']) ?? '',
    occurred_at: at,
  };
}

const channelField = (channel: Channel | undefined) => (channel === undefined ? {} : { channel });

const text = (value: unknown) => (typeof value === 'string' && value !== '' && value.length <= 128 ? value : undefined);

/** Out of range, it would be the database that refuses the event. */
function wholeNumber(value: unknown, least: number): number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= 1_000_000
    ? (value as number)
    : least;
}
