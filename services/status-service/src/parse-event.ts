import { check, type NotificationEventJson, notificationEventSchema, parseEnvelope } from '@notify/contracts';

/**
 * The event that a message on status.queue carries, or what is wrong with it. Never throws.
 * Times come out in one form (UTC with milliseconds), ids in lower case, as the database gives them back.
 */
export function parseEvent(
  json: unknown,
): { event: NotificationEventJson; problem?: never } | { event?: never; problem: string } {
  // A schema would take `undefined` for an optional value.
  if (json === undefined) return { problem: 'message: not JSON' };
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
