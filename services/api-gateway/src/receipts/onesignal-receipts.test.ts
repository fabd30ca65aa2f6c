import { expect, test } from '@jest/globals';
import { onesignalReceipts } from './onesignal-receipts.ts';
import type { ReceiptsConfig } from './receipts-config.ts';
import type { VendorRequest } from './vendor-receipts.ts';

const config = { ONESIGNAL_WEBHOOK_SECRET: 'the-secret' } as Required<ReceiptsConfig>;
const NOTIFICATION_ID = '0190b5a0-0000-7000-8000-000000000001';

/** As https://documentation.onesignal.com/docs/en/event-streams-data shows the two example objects. */
const RECEIVED = {
  'event.kind': 'message.push.received',
  'event.id': 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  'event.timestamp': '1708559115',
  'event.datetime': '2024-02-21T23:45:15.228Z',
  'event.app_id': 'your-onesignal-app-id',
  'event.subscription_device_type': 'iOS',
  'event.subscription_id': 'b2c3d4e5-f6a7-8901-bcde-f12345678901',
  'event.external_id': 'user_12345',
  'event.data.failure_reason': '',
  'message.id': 'f3c9cd09-10d7-4f59-b9bc-66e16607f1d5',
  'message.name': `${NOTIFICATION_ID}.0.1.2`,
};
const request = (body: unknown, authorization?: string): VendorRequest => ({
  body: Buffer.from(JSON.stringify(body)),
  headers: authorization === undefined ? {} : { authorization },
  target: '/receipts/onesignal',
  receivedAt: new Date(),
});
const read = (fields: Record<string, unknown>) => onesignalReceipts.eventsOf(request({ ...RECEIVED, ...fields }));

test('who knows the secret is let in', () => {
  expect(() => onesignalReceipts.verify(request(RECEIVED, 'Bearer the-secret'), config)).not.toThrow();
});

test.each([undefined, '', 'Bearer ', 'the-secret', 'Bearer the-secres', 'Bearer the-secret '])(
  'the header %j is refused',
  (authorization) => {
    expect(() => onesignalReceipts.verify(request(RECEIVED, authorization), config)).toThrow(
      expect.objectContaining({ code: 'unauthorized' }),
    );
  },
);

test('an event names the attempt, the subscription and the time, its timestamp being text or a number', () => {
  const expected = {
    id: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
    outcome: 'delivered',
    attempt: { notificationId: NOTIFICATION_ID, epoch: 0, hop: 1, attempt: 2 },
    address: 'b2c3d4e5-f6a7-8901-bcde-f12345678901',
    errorCode: 'message.push.received',
    occurredAt: new Date('2024-02-21T23:45:15.000Z'),
  };
  expect(read({})).toEqual([expected]);
  expect(read({ 'event.timestamp': 1708559115 })).toEqual([expected]);
});

test.each([
  ['message.push.clicked', { outcome: 'opened' }],
  ['message.push.failed', { outcome: 'undelivered' }],
  ['message.push.unsubscribed', { outcome: 'undelivered', rejection: 'opted_out' }],
])('%s means %j', (kind, meaning) => {
  expect(read({ 'event.kind': kind })).toEqual([expect.objectContaining(meaning)]);
});

test.each([
  { 'event.kind': 'message.push.sent' },
  { 'event.kind': 'message.email.bounced' },
  { 'message.name': 'weekly-promo-push' },
  { 'message.name': '' },
  { 'message.name': `${NOTIFICATION_ID}.0.1` },
])('an event with %j is passed over', (fields) => {
  expect(read(fields)).toEqual([]);
});
