import { expect, test } from '@jest/globals';
import { notificationWebhookSchema, webhookWebhookSchema } from '@notify/contracts';
import { eventOf } from '../test/event-builder.ts';
import { deliveryId, readEvents, switchedEvent, testEvent, type WebhookEventToTell, wants } from './webhook-event.ts';

const read = (json: unknown) => readEvents(Buffer.from(JSON.stringify(json)));
const withLine = (line: object) => {
  const event = eventOf({});
  return { ...event, timeline: [{ ...event.timeline[0], ...line }] };
};

test('each line of a timeline is an event; recipient and content stay out of it', () => {
  const event = eventOf({ user_id: 'the-user' });
  const line = { ...event.timeline[0], event: 'failover', id: 'other', provider: 'smtp', reason: 'transient' };
  const envelope = { recipient: { email: 'the-user@example.test' }, content: { body: 'secret' } };
  const events = read({ ...event, timeline: [...event.timeline, line], envelope });
  expect(events?.map(({ type }) => type)).toEqual(['notification.sent', 'notification.failover']);
  expect(events?.[1]?.data).toMatchObject({ event: 'failover', provider: 'smtp', reason: 'transient' });
  expect(JSON.stringify(events)).not.toMatch(/the-user|secret/);
});

test.each([
  ['no JSON', Buffer.from('{')],
  ['no event', Buffer.from('{}')],
  ['a time that the database does not know', Buffer.from(JSON.stringify(withLine({ at: '2026-W05' })))],
  [
    'an id that it does not know',
    Buffer.from(JSON.stringify(eventOf({ notification_id: `[${crypto.randomUUID()}]` }))),
  ],
])('%s can not be read', (_what, body) => {
  expect(readEvents(body)).toBeUndefined();
});

test('half a surrogate pair in an id stops nothing', () => {
  const [event] = read(withLine({ id: 'x\ud800' })) ?? [];
  expect(event && deliveryId('webhook', event)).toMatch(/^[0-9a-f-]{36}$/);
});

test('one event has one id for each webhook, however often it comes', () => {
  const event = eventOf({});
  const [first, again] = [read(event)?.[0], read(event)?.[0]];
  if (first === undefined || again === undefined) throw new Error('no event');
  expect(deliveryId('one', first)).toBe(deliveryId('one', again));
  expect(deliveryId('one', first)).not.toBe(deliveryId('two', first));
});

test('a webhook wants the events and the types that it named', () => {
  const [sent] = read(eventOf({ notification_type: 'otp' })) ?? [];
  if (sent === undefined) throw new Error('no event');
  const webhook = { id: 'one', events: ['notification.sent'], notificationTypes: null };
  expect(wants(webhook, sent)).toBe(true);
  expect(wants({ ...webhook, events: ['notification.failed'] }, sent)).toBe(false);
  expect(wants({ ...webhook, notificationTypes: ['otp'] }, sent)).toBe(true);
  expect(wants({ ...webhook, notificationTypes: ['welcome'] }, sent)).toBe(false);
});

test('what becomes of a webhook is for the others, whatever their notification types', () => {
  const disabled = switchedEvent('one', 'gone', new Date());
  const filter = { events: ['webhook.disabled'], notificationTypes: ['otp'] };
  expect(wants({ id: 'two', ...filter }, disabled)).toBe(true);
  expect(wants({ id: 'one', ...filter }, disabled)).toBe(false);
  expect(wants({ id: 'two', ...filter }, switchedEvent('one', undefined, new Date()))).toBe(false);
  expect(wants({ id: 'two', ...filter }, testEvent('one', 'key', new Date()))).toBe(false);
});

test('what is told fits the schemas that the API documents', () => {
  const payloadOf = ({ type, occurredAt, data }: WebhookEventToTell) =>
    JSON.parse(JSON.stringify({ type, timestamp: occurredAt, sequence: 1, data }));
  const id = crypto.randomUUID();
  const at = new Date();
  const [sent] = read(eventOf({})) ?? [];
  if (sent === undefined) throw new Error('no event');
  expect(notificationWebhookSchema.validate(payloadOf(sent)).error).toBeUndefined();
  const ofWebhooks = [switchedEvent(id, 'gone', at), switchedEvent(id, undefined, at), testEvent(id, 'key', at)];
  for (const event of ofWebhooks) expect(webhookWebhookSchema.validate(payloadOf(event)).error).toBeUndefined();
});
