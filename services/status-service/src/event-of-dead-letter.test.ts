import { expect, test } from '@jest/globals';
import type { Delivery } from '@notify/messaging';
import { acceptedEvent, notificationEvent } from '../test/notification-event-builder.ts';
import { deathOf } from './death.ts';
import { eventOfDeadLetter } from './event-of-dead-letter.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const NOW = new Date('2026-01-02T00:00:00.000Z');
const envelope = { ...acceptedEvent(ID, { at: '2026-01-01T00:00:00.000Z' }).envelope, hop: 1, attempt: 2 };

function delivery(body: unknown, headers: Record<string, unknown>, routingKey = 'sms.high'): Delivery {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
  return { body: bytes, headers, routingKey, messageId: 'm-1', redelivered: false };
}

/** As RabbitMQ 3.10 writes it on a message that came over a rung and then crashed its consumer too often. */
const xDeath = [
  { reason: 'delivery_limit', queue: 'sms.high.queue', count: 1, time: { '!': 'timestamp', value: 1_767_225_600 } },
  { reason: 'expired', queue: 'retry.1s.queue', count: 2, time: { '!': 'timestamp', value: 1_767_225_500 } },
];

test('the delivery limit is the reason, not what sent the message to its lane or over a rung', () => {
  expect(deathOf({ 'x-death': xDeath, 'x-first-death-reason': 'expired', reason: 'transient' })).toEqual({
    reason: 'delivery_limit',
    queue: 'sms.high.queue',
    count: 1,
    at: '2026-01-01T00:00:00.000Z',
  });
});

test('a reason that is no code becomes dead_lettered, so that no free text gets into the record', () => {
  expect(deathOf({ reason: 'ann@example.com refused' }).reason).toBe('dead_lettered');
  expect(deathOf({ reason: 7, 'x-death': 'none' }).reason).toBe('dead_lettered');
});

test('a crash-looped work message fails its notification at its own place in the plan, at the time of its death', () => {
  const { event } = eventOfDeadLetter(delivery(envelope, { 'x-death': xDeath, reason: 'transient' }), NOW);
  expect(event).toMatchObject({
    event: 'failed',
    status: 'failed',
    hop: 1,
    attempt: 2,
    channel: 'sms',
    occurred_at: '2026-01-01T00:00:00.000Z',
    timeline: [{ event: 'failed', reason: 'delivery_limit', channel: 'sms' }],
  });
});

test('the same dead letter read again makes the same entry id', () => {
  const read = (now: Date) =>
    eventOfDeadLetter(delivery(envelope, { reason: 'invalid_message' }), now).event?.timeline[0]?.id;
  expect(read(NOW)).toBe(read(new Date(0)));
  expect(read(NOW)).toContain(ID);
});

test('what a worker has recorded makes no event', () => {
  expect(eventOfDeadLetter(delivery(envelope, { recorded: 1, reason: 'recipient' }), NOW)).toEqual({
    notificationId: ID,
  });
});

test('a valid event is given back as it is, and a broken one fails nothing', () => {
  const sent = notificationEvent(ID, 'sent', { channel: 'sms', at: '2026-01-01T00:00:00.000Z' });
  expect(eventOfDeadLetter(delivery(sent, {}, 'notification.sent'), NOW).event).toEqual(sent);
  expect(eventOfDeadLetter(delivery({ notification_id: ID }, {}, 'notification.sent'), NOW)).toEqual({
    notificationId: ID,
  });
});

test('a rejected address that could not be handled does not fail the notification that its headers name', () => {
  const rejected = delivery({ address: 'x' }, { notification_id: ID }, 'recipient.rejected');
  expect(eventOfDeadLetter(rejected, NOW)).toEqual({ notificationId: ID });
});

test.each(['', 'null', '[]', '"text"', '{"notification_id":7}', '{"notification_id":"no"}'])(
  'a body of %j names nothing and makes nothing',
  (body) => {
    expect(eventOfDeadLetter(delivery(Buffer.from(body), { notification_id: 'no' }), NOW)).toEqual({});
  },
);
