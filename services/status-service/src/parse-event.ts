import {
  check,
  type NotificationEventJson,
  notificationEventSchema,
  parseEnvelope,
  parseReceipt,
} from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { parseJson } from './parse-json.ts';
import { eventOfReceipt, type RecordEvent } from './record-event.ts';

type Parsed<T> = { event: T; problem?: never } | { event?: never; problem: string };

/** What a message on status.queue tells of a notification, an event or a receipt, or what is wrong with it. Never throws. */
export function parseRecordEvent({ body, routingKey }: Pick<Delivery, 'body' | 'routingKey'>): Parsed<RecordEvent> {
  const json = parseJson(body);
  // A schema would take `undefined` for an optional value.
  if (json === undefined) return { problem: 'message: not JSON' };
  if (!routingKey.startsWith('receipt.')) return parseEvent(json);
  const parsed = parseReceipt(json);
  return parsed.problem === undefined ? { event: eventOfReceipt(parsed.receipt) } : { problem: parsed.problem };
}

/** Times come out in one form (UTC with milliseconds), ids in lower case, as the database gives them back. */
function parseEvent(json: unknown): Parsed<NotificationEventJson> {
  const result = check(notificationEventSchema, json);
  if (result.errors !== undefined) {
    return { problem: result.errors.map(({ field, code }) => `${field || 'message'}: ${code}`).join(', ') };
  }
  const event = { ...result.value, notification_id: result.value.notification_id.toLowerCase() };
  if (event.event !== 'accepted' || event.envelope === undefined) return { event };

  // The row is filled from it, so that it must be a whole envelope, and this notification's.
  const parsed = parseEnvelope(event.envelope);
  if (parsed.problem !== undefined) return { problem: `envelope: ${parsed.problem}` };
  if (parsed.envelope.notificationId.toLowerCase() !== event.notification_id) {
    return { problem: 'envelope.notification_id: another notification' };
  }
  event.envelope = { ...event.envelope, created_at: parsed.envelope.createdAt };
  return { event };
}
