import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { mailgunReceipts } from './mailgun-receipts.ts';
import type { ReceiptsConfig } from './receipts-config.ts';
import type { VendorRequest } from './vendor-receipts.ts';

const config = { MAILGUN_WEBHOOK_SIGNING_KEY: 'the-signing-key' } as Required<ReceiptsConfig>;
const NOTIFICATION_ID = '0190b5a0-0000-7000-8000-000000000001';
const SIGNED_AT = 1529006854;
const TOKEN = 'a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0';

const signed = (timestamp: unknown = String(SIGNED_AT), key = 'the-signing-key') => ({
  timestamp,
  token: TOKEN,
  signature: createHmac('sha256', key).update(`${timestamp}${TOKEN}`).digest('hex'),
});

/** As https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure shows a permanent failure. */
const FAILED = {
  event: 'failed',
  id: 'G9Bn5sl1TC6nu79C8C0bwg',
  timestamp: 1521233195.375624,
  severity: 'permanent',
  reason: 'bounce',
  'log-level': 'error',
  recipient: 'alice@example.com',
  'delivery-status': {
    'attempt-no': 1,
    message: '',
    code: 550,
    'enhanced-code': '5.1.1',
    description: 'alice@example.com is not here',
    'session-seconds': 0.01,
  },
  flags: { 'is-routed': false, 'is-authenticated': true, 'is-system-test': false, 'is-test-mode': false },
  message: { headers: { to: 'Alice <alice@example.com>', 'message-id': '20130503192659.13651.20287@mg.example.com' } },
  'user-variables': { notification_id: NOTIFICATION_ID, epoch: '0', hop: '1', attempt: '2' },
  tags: [],
};

const request = (content: unknown, afterSeconds = 5): VendorRequest => ({
  body: Buffer.from(JSON.stringify(content)),
  headers: { 'content-type': 'application/json' },
  target: '/receipts/mailgun',
  receivedAt: new Date((SIGNED_AT + afterSeconds) * 1000),
});
const verify = (signature: unknown, afterSeconds?: number) =>
  mailgunReceipts.verify(request({ signature, 'event-data': FAILED }, afterSeconds), config);
const read = (fields: Record<string, unknown>) =>
  mailgunReceipts.eventsOf(request({ signature: signed(), 'event-data': { ...FAILED, ...fields } }));

test('what Mailgun has signed is let in, be the timestamp text or a number, and after eight hours of repeats', () => {
  expect(() => verify(signed())).not.toThrow();
  expect(() => verify(signed(SIGNED_AT))).not.toThrow();
  expect(() => verify(signed(), 8 * 3600 + 300)).not.toThrow();
});

test.each([
  ['what another key has signed', () => verify(signed(undefined, 'another-key'))],
  ['another token', () => verify({ ...signed(), token: TOKEN.replace('a', 'b') })],
  ['another timestamp', () => verify({ ...signed(), timestamp: String(SIGNED_AT + 1) })],
  ['no signature', () => verify(undefined)],
  ['a body that is no JSON', () => mailgunReceipts.verify({ ...request({}), body: Buffer.from('a=b') }, config)],
  ['a timestamp of ten hours ago', () => verify(signed(), 10 * 3600)],
  ['a timestamp in the future', () => verify(signed(), -3600)],
  ['a timestamp that is none', () => verify(signed('yesterday'))],
])('%s is refused', (_name, verifying) => {
  expect(verifying).toThrow(expect.objectContaining({ code: 'unauthorized' }));
});

test('since the body is not signed, the token is named for being used once', () => {
  expect(mailgunReceipts.onceOnlyToken?.(request({ signature: signed() }))).toBe(TOKEN);
});

test('a hard bounce names the attempt, the address, the code and the time', () => {
  expect(read({})).toEqual([
    {
      id: 'G9Bn5sl1TC6nu79C8C0bwg',
      outcome: 'bounced',
      rejection: 'hard_bounce',
      attempt: { notificationId: NOTIFICATION_ID, epoch: 0, hop: 1, attempt: 2 },
      address: 'alice@example.com',
      errorCode: '5.1.1',
      occurredAt: new Date('2018-03-16T20:46:35.375Z'),
    },
  ]);
});

test.each([
  [{ event: 'delivered' }, { outcome: 'delivered' }],
  [{ event: 'opened' }, { outcome: 'opened' }],
  [{ event: 'clicked' }, { outcome: 'opened' }],
  [{ event: 'complained' }, { outcome: 'complained', rejection: 'complaint' }],
  [{ event: 'unsubscribed' }, { rejection: 'opted_out' }],
  [{ event: 'rejected' }, { outcome: 'undelivered' }],
  [{ reason: 'suppress-bounce' }, { outcome: 'undelivered', rejection: 'hard_bounce', errorCode: 'suppress-bounce' }],
  [{ reason: 'suppress-complaint' }, { outcome: 'undelivered', rejection: 'complaint' }],
  [{ reason: 'suppress-unsubscribe' }, { outcome: 'undelivered', rejection: 'opted_out' }],
  [{ 'delivery-status': { code: 550 } }, { outcome: 'bounced', rejection: 'hard_bounce', errorCode: '550' }],
])('%j means %j', (fields, meaning) => {
  expect(read(fields)).toEqual([expect.objectContaining(meaning)]);
});

test.each([
  [{ reason: 'old', 'delivery-status': { code: 602 } }, 'undelivered', '602'],
  [{ reason: 'espblock', 'delivery-status': { code: 554 } }, 'undelivered', '554'],
  [{ 'delivery-status': { code: 550, 'enhanced-code': '5.7.1' } }, 'bounced', '5.7.1'],
  [{ 'delivery-status': { code: 550, 'enhanced-code': '5.1.8' } }, 'bounced', '5.1.8'],
  [{ reason: 'delayed-bounce', 'delivery-status': { code: 550 } }, 'bounced', '550'],
])('%j leaves the address alone', (fields, outcome, errorCode) => {
  const [only] = read(fields);
  expect(only).toMatchObject({ outcome, errorCode });
  expect(only).not.toHaveProperty('rejection');
});

test.each([
  ['a failure that Mailgun tries again', { severity: 'temporary' }],
  ['a mail on its way', { event: 'accepted' }],
  ["somebody else's mail", { 'user-variables': {} }],
  ['a mail with other variables', { 'user-variables': { notification_id: 'order-17' } }],
])('%s is passed over', (_name, fields) => {
  expect(read(fields)).toEqual([]);
});
