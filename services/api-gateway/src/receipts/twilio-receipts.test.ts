import { createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ReceiptsConfig } from './receipts-config.ts';
import { twilioReceipts } from './twilio-receipts.ts';
import type { VendorRequest } from './vendor-receipts.ts';

const NOTIFICATION_ID = '0190b5a0-0000-7000-8000-000000000001';
const TARGET = `/receipts/twilio?notification_id=${NOTIFICATION_ID}&epoch=0&hop=1&attempt=2`;
const BASE = 'https://notify.example.com';
const RECEIVED_AT = new Date('2026-01-02T03:04:05.000Z');

const request = (form: Record<string, string> | string, signature = '', target = TARGET): VendorRequest => ({
  body: Buffer.from(new URLSearchParams(form).toString()),
  headers: { 'x-twilio-signature': signature },
  target,
  receivedAt: RECEIVED_AT,
});
const config = (base: string, token = '12345') =>
  ({ TWILIO_AUTH_TOKEN: token, TWILIO_STATUS_CALLBACK_BASE: base }) as Required<ReceiptsConfig>;

const STATUS = {
  ApiVersion: '2010-04-01',
  AccountSid: `AC${'0'.repeat(32)}`,
  From: '+15005550006',
  MessageSid: 'SM1234567890abcdef1234567890abcdef',
  MessageStatus: 'delivered',
  SmsSid: 'SM1234567890abcdef1234567890abcdef',
  SmsStatus: 'delivered',
  To: '+14155550123',
};
const sign = (text: string) => createHmac('sha1', '12345').update(text).digest('base64');
const signStatus = (url: string) =>
  sign(
    Object.entries(STATUS)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .reduce((text, [name, value]) => `${text}${name}${value}`, url),
  );

/** The example of https://www.twilio.com/docs/usage/webhooks/webhooks-security and of Twilio's SDKs. */
const DOCUMENTED = {
  base: 'https://mycompany.com',
  target: '/myapp.php?foo=1&bar=2',
  signature: 'RSOYDt4T1cUTdK1PDd93/VVr8B8=',
  form: {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  },
};

test("Twilio's documented request is let in", () => {
  const { base, form, signature, target } = DOCUMENTED;
  expect(() => twilioReceipts.verify(request(form, signature, target), config(base))).not.toThrow();
  expect(() => twilioReceipts.verify(request(form, signature, target), config(`${base}/`))).not.toThrow();
});

test.each([
  ['another value', { ...DOCUMENTED.form, Digits: '1235' }, DOCUMENTED.target, DOCUMENTED.base, '12345'],
  ['one field more', { ...DOCUMENTED.form, Extra: '' }, DOCUMENTED.target, DOCUMENTED.base, '12345'],
  ['another query', DOCUMENTED.form, '/myapp.php?foo=1&bar=3', DOCUMENTED.base, '12345'],
  ['another public address', DOCUMENTED.form, DOCUMENTED.target, 'https://example.com', '12345'],
  ['another token', DOCUMENTED.form, DOCUMENTED.target, DOCUMENTED.base, '12346'],
])('%s is refused', (_name, form, target, base, token) => {
  expect(() => twilioReceipts.verify(request(form, DOCUMENTED.signature, target), config(base, token))).toThrow(
    expect.objectContaining({ code: 'unauthorized' }),
  );
});

test('a request without a signature is refused', () => {
  expect(() => twilioReceipts.verify(request(STATUS), config(BASE))).toThrow('unauthorized');
});

test('a port of the public address may be signed or not', () => {
  for (const signed of ['https://notify.example.com:8443', BASE]) {
    const signature = signStatus(`${signed}${TARGET}`);
    expect(() => twilioReceipts.verify(request(STATUS, signature), config(`${BASE}:8443`))).not.toThrow();
  }
});

test('a field that comes twice is signed with its values in order, as the SDK does', () => {
  const signature = sign(`${BASE}/receipts/twilioA1A2B3`);
  const twice = request('B=3&A=2&A=1&A=2', signature, '/receipts/twilio');
  expect(() => twilioReceipts.verify(twice, config(BASE))).not.toThrow();
});

test('names that are like the beginning of others are told apart from their values', () => {
  const signature = sign(`${BASE}/receipts/twilioAZABx`);
  expect(() => twilioReceipts.verify(request('AB=x&A=Z', signature, '/receipts/twilio'), config(BASE))).not.toThrow();
});

test('what has more fields than Twilio ever sends is refused before anything is computed', () => {
  const fields = (count: number) => Array.from({ length: count }, (_, index) => `f${index}=`).join('&');
  expect(() => twilioReceipts.verify(request(fields(200)), config(BASE))).toThrow('unauthorized');
  expect(() => twilioReceipts.verify(request(fields(201)), config(BASE))).toThrow(
    expect.objectContaining({ code: 'payload_too_large' }),
  );
});

test('a status names the attempt, and an id that is the same when it is repeated', () => {
  expect(twilioReceipts.eventsOf(request(STATUS))).toEqual([
    {
      id: 'SM1234567890abcdef1234567890abcdef.delivered',
      outcome: 'delivered',
      attempt: { notificationId: NOTIFICATION_ID, epoch: 0, hop: 1, attempt: 2 },
      address: '+14155550123',
      errorCode: 'delivered',
      occurredAt: RECEIVED_AT,
    },
  ]);
});

test.each([
  [{ MessageStatus: 'read' }, { outcome: 'opened' }],
  [
    { MessageStatus: 'undelivered', ErrorCode: '30003' },
    { outcome: 'undelivered', errorCode: '30003' },
  ],
  [
    { MessageStatus: 'failed', ErrorCode: '30007' },
    { outcome: 'undelivered', errorCode: '30007' },
  ],
  [{ MessageStatus: 'failed' }, { outcome: 'undelivered', errorCode: 'failed' }],
  [
    { MessageStatus: 'undelivered', ErrorCode: '30005' },
    { outcome: 'bounced', rejection: 'hard_bounce', errorCode: '30005' },
  ],
  [
    { MessageStatus: 'undelivered', ErrorCode: '30006' },
    { outcome: 'bounced', rejection: 'hard_bounce' },
  ],
  [
    { MessageStatus: 'failed', ErrorCode: '21610' },
    { outcome: 'undelivered', rejection: 'opted_out' },
  ],
])('%j means %j', (fields, meaning) => {
  expect(twilioReceipts.eventsOf(request({ ...STATUS, ...fields }))).toEqual([expect.objectContaining(meaning)]);
});

test.each([
  ['a message on its way', request({ ...STATUS, MessageStatus: 'sent' })],
  ["somebody else's message", request(STATUS, '', '/receipts/twilio')],
  ['a query that is none of ours', request(STATUS, '', '/receipts/twilio?notification_id=order-17')],
  ['a status without its message', request({ ...STATUS, MessageSid: '' })],
])('%s is passed over', (_name, given) => {
  expect(twilioReceipts.eventsOf(given)).toEqual([]);
});

const INBOUND = { MessageSid: 'SMabc', SmsStatus: 'received', From: '+14155550123', To: '+15005550006', Body: 'Hello' };

test.each<Record<string, string>>([
  { Body: 'STOP' },
  { Body: ' stop ' },
  { Body: 'Unsubscribe' },
  { Body: 'Arrêtez', OptOutType: 'STOP' },
])('a person who writes %j has opted out', (fields) => {
  expect(twilioReceipts.eventsOf(request({ ...INBOUND, ...fields }, '', '/receipts/twilio'))).toEqual([
    { id: 'SMabc.stop', address: '+14155550123', rejection: 'opted_out', errorCode: 'STOP', occurredAt: RECEIVED_AT },
  ]);
});

test.each<Record<string, string>>([
  { Body: 'please stop calling' },
  { Body: 'START' },
  { Body: 'STOP', OptOutType: 'HELP' },
  { Body: 'STOP', From: 'whatsapp:+14155550123' },
])('a person who writes %j has not', (fields) => {
  expect(twilioReceipts.eventsOf(request({ ...INBOUND, ...fields }, '', '/receipts/twilio'))).toEqual([]);
});
