import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ReceiptsConfig } from './receipts-config.ts';
import { sendgridReceipts } from './sendgrid-receipts.ts';
import type { VendorRequest } from './vendor-receipts.ts';

/** A request that SendGrid signed: the example in its own SDK, packages/eventwebhook/src/eventwebhook.spec.js. */
const CAPTURED = {
  key: 'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==',
  signature: 'MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=',
  timestamp: '1600112502',
  body: `${JSON.stringify([
    {
      email: 'hello@world.com',
      event: 'dropped',
      reason: 'Bounced Address',
      sg_event_id: 'ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA',
      sg_message_id: 'LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0',
      'smtp-id': '<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>',
      timestamp: 1600112492,
    },
  ])}\r\n`,
};
const config = { SENDGRID_WEBHOOK_PUBLIC_KEY: CAPTURED.key } as Required<ReceiptsConfig>;

const captured = (changes: Partial<typeof CAPTURED> = {}, afterSeconds = 30): VendorRequest => {
  const { signature, timestamp, body } = { ...CAPTURED, ...changes };
  return {
    body: Buffer.from(body),
    headers: {
      'x-twilio-email-event-webhook-signature': signature,
      'x-twilio-email-event-webhook-timestamp': timestamp,
    },
    target: '/receipts/sendgrid',
    receivedAt: new Date((Number(CAPTURED.timestamp) + afterSeconds) * 1000),
  };
};

const NOTIFICATION_ID = '0190b5a0-0000-7000-8000-000000000001';
const event = (fields: Record<string, unknown>) => ({
  email: 'ada@example.com',
  timestamp: 1600112492,
  sg_event_id: 'event-1',
  notification_id: NOTIFICATION_ID,
  epoch: '0',
  hop: '1',
  attempt: '2',
  ...fields,
});
const read = (...events: unknown[]) =>
  sendgridReceipts.eventsOf({ ...captured(), body: Buffer.from(JSON.stringify(events)) });

test('a request that SendGrid has signed is let in, and one that a day of repeats has made old', () => {
  expect(() => sendgridReceipts.verify(captured(), config)).not.toThrow();
  expect(() => sendgridReceipts.verify(captured({}, 24 * 3600), config)).not.toThrow();
});

test.each([
  ['a body that differs in one byte', captured({ body: CAPTURED.body.replace('hello@', 'jello@') })],
  ['a body without its last line break', captured({ body: CAPTURED.body.trimEnd() })],
  ['another timestamp', captured({ timestamp: '1600112503' })],
  ['no signature', captured({ signature: '' })],
  ['what is no signature', captured({ signature: 'MEUCIGHQ' })],
  ['a timestamp of two days ago', captured({}, 48 * 3600)],
  ['a timestamp in the future', captured({}, -3600)],
])('%s is refused', (_name, request) => {
  expect(() => sendgridReceipts.verify(request, config)).toThrow(expect.objectContaining({ code: 'unauthorized' }));
});

test('what another key has signed is refused', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const signature = sign('sha256', Buffer.from(CAPTURED.timestamp + CAPTURED.body), privateKey).toString('base64');
  expect(() => sendgridReceipts.verify(captured({ signature }), config)).toThrow('unauthorized');
});

test('an event names the attempt, the address and the time', () => {
  expect(read(event({ event: 'delivered', response: '250 OK' }))).toEqual([
    {
      id: 'event-1',
      outcome: 'delivered',
      attempt: { notificationId: NOTIFICATION_ID, epoch: 0, hop: 1, attempt: 2 },
      address: 'ada@example.com',
      errorCode: 'delivered',
      occurredAt: new Date('2020-09-14T19:41:32.000Z'),
    },
  ]);
});

test.each([
  [{ event: 'open' }, { outcome: 'opened' }],
  [{ event: 'click' }, { outcome: 'opened' }],
  [{ event: 'spamreport' }, { outcome: 'complained', rejection: 'complaint' }],
  [{ event: 'unsubscribe' }, { rejection: 'opted_out' }],
  [
    { event: 'bounce', type: 'bounce', status: '5.1.1', reason: '550 5.1.1 ada@example.com unknown' },
    { outcome: 'bounced', rejection: 'hard_bounce', errorCode: '5.1.1' },
  ],
  [
    { event: 'bounce', type: 'bounce' },
    { outcome: 'bounced', rejection: 'hard_bounce', errorCode: 'bounce' },
  ],
  [
    { event: 'dropped', reason: 'Bounced Address' },
    { outcome: 'undelivered', rejection: 'hard_bounce', errorCode: 'dropped/bounced_address' },
  ],
  [
    { event: 'dropped', reason: 'Invalid' },
    { outcome: 'undelivered', rejection: 'hard_bounce' },
  ],
  [
    { event: 'dropped', reason: 'Unsubscribed Address' },
    { outcome: 'undelivered', rejection: 'opted_out' },
  ],
  [
    { event: 'dropped', reason: 'Spam Reporting Address' },
    { outcome: 'undelivered', rejection: 'complaint' },
  ],
])('%j means %j', (fields, meaning) => {
  expect(read(event(fields))).toEqual([expect.objectContaining(meaning)]);
});

test.each([
  [{ event: 'bounce', type: 'blocked', status: '5.1.1' }, 'undelivered', '5.1.1'],
  [{ event: 'bounce' }, 'bounced', 'bounce'],
  [{ event: 'dropped', reason: 'Spam Content of ada@example.com' }, 'undelivered', 'dropped'],
])('%j leaves the address alone', (fields, outcome, errorCode) => {
  const [only] = read(event(fields));
  expect(only).toMatchObject({ outcome, errorCode });
  expect(only).not.toHaveProperty('rejection');
});

// The sender is to blame, the path, the session, the content, a policy, the mailbox's size, or nobody knows what.
test.each(['5.1.7', '5.1.8', '5.4.1', '5.5.1', '5.6.1', '5.7.1', '5.2.2', '5.0.0', '4.4.1'])(
  'a bounce with %s leaves the address alone',
  (status) => {
    const [only] = read(event({ event: 'bounce', type: 'bounce', status }));
    expect(only).toMatchObject({ outcome: 'bounced', errorCode: status });
    expect(only).not.toHaveProperty('rejection');
  },
);

test('of a batch only what is ours and means something is taken', () => {
  const taken = read(
    event({ event: 'processed' }),
    // SendGrid's own count of tries has the name of ours.
    event({ event: 'deferred', attempt: '5' }),
    event({ event: 'group_unsubscribe' }),
    event({ event: 'delivered', notification_id: undefined }),
    event({ event: 'delivered', notification_id: 'order-17' }),
    event({ event: 'delivered', sg_event_id: undefined }),
    'no event at all',
    event({ event: 'delivered', sg_event_id: 'event-2' }),
  );
  expect(taken.map(({ id }) => id)).toEqual(['event-2']);
  expect(sendgridReceipts.eventsOf(captured())).toEqual([]);
});

test('what is no JSON is said to be', () => {
  expect(() => sendgridReceipts.eventsOf(captured({ body: '[{' }))).toThrow(
    expect.objectContaining({ code: 'malformed_json' }),
  );
});
