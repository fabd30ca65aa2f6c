import { createHmac, createPublicKey, verify } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually, type ReceivedWebhook, startWebhookReceiver, type WebhookReceiver } from '@notify/testing';
import twilio from 'twilio';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

/** What vendors know the gateway by. */
const PUBLIC_URL = 'https://notify.example.test';

let gateway: WebhookReceiver;
let sandbox: RunningSandbox;
let arrived: ReceivedWebhook[];

beforeAll(async () => {
  gateway = await startWebhookReceiver();
  arrived = gateway.received;
  sandbox = await runSandbox(`http://127.0.0.1:${gateway.port}`);
});
afterEach(async () => {
  await call('/api/settings', { auto_receipts: 'none' });
  await sandbox.reset();
  arrived.length = 0;
});
afterAll(async () => {
  await sandbox.stop();
  await gateway.close();
});

async function call(path: string, body: unknown) {
  const response = await fetch(`${sandbox.url}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const basic = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
const sendSms = (form: Record<string, string> = {}) =>
  fetch(`${sandbox.url}/2010-04-01/Accounts/AC1/Messages.json`, {
    method: 'POST',
    headers: basic('AC1:the-token'),
    body: new URLSearchParams({
      To: '+2348012345678',
      From: '+15005550006',
      Body: 'Hello',
      StatusCallback: `${PUBLIC_URL}/receipts/twilio?notification_id=n-1&epoch=0`,
      ...form,
    }),
  });
const sendBySendgrid = () =>
  fetch(`${sandbox.url}/v3/mail/send`, {
    method: 'POST',
    headers: { Authorization: 'Bearer SG.any' },
    body: JSON.stringify({
      personalizations: [{ to: [{ email: 'ada@example.com' }] }],
      from: { email: 'us@notify.test' },
      subject: 'Hello',
      content: [{ type: 'text/plain', value: 'x' }],
      custom_args: { notification_id: 'n-1', attempt: '3' },
    }),
  });
const sendByMailgun = () =>
  fetch(`${sandbox.url}/v3/notify.test/messages`, {
    method: 'POST',
    headers: basic('api:the-key'),
    body: new URLSearchParams({
      from: 'us@notify.test',
      to: 'ada@example.com',
      text: 'x',
      'v:notification_id': 'n-1',
      'v:attempt': '3',
    }),
  });

const sendByOnesignal = () =>
  fetch(`${sandbox.url}/notifications`, {
    method: 'POST',
    headers: { Authorization: 'Key the-key' },
    body: JSON.stringify({
      app_id: 'an-app',
      include_subscription_ids: ['subscription-1'],
      contents: { en: 'x' },
      name: 'n-1.0.1.2',
      data: { notification_id: 'n-1' },
    }),
  });

test.each([
  ['delivered', { event: 'delivered' }],
  ['bounced', { event: 'bounce', type: 'bounce' }],
  ['undelivered', { event: 'dropped' }],
  ['complained', { event: 'spamreport' }],
  ['opened', { event: 'open' }],
])('SendGrid tells %s, signed over timestamp and body, with our own arguments', async (status, expected) => {
  const messageId = (await sendBySendgrid()).headers.get('x-message-id');
  expect(await call('/api/receipts', { notification_id: 'n-1', status })).toMatchObject({
    status: 200,
    body: { provider: 'sendgrid', message_id: messageId, answered: 204 },
  });
  const [receipt] = arrived as [ReceivedWebhook];
  expect(receipt.path).toBe('/receipts/sendgrid');
  expect(JSON.parse(receipt.body)).toEqual([
    expect.objectContaining({
      ...expected,
      email: 'ada@example.com',
      notification_id: 'n-1',
      attempt: '3',
      sg_message_id: expect.stringMatching(`^${messageId}\\.`),
    }),
  ]);

  const settings = await (await fetch(`${sandbox.url}/api/settings`)).json();
  const { sendgrid_public_key } = settings as { sendgrid_public_key: string };
  const key = createPublicKey({ key: Buffer.from(sendgrid_public_key, 'base64'), format: 'der', type: 'spki' });
  const timestamp = receipt.headers['x-twilio-email-event-webhook-timestamp'];
  const signature = String(receipt.headers['x-twilio-email-event-webhook-signature']);
  const holdsFor = (body: string) =>
    verify('sha256', Buffer.from(`${timestamp}${body}`), key, Buffer.from(signature, 'base64'));
  expect(holdsFor(receipt.body)).toBe(true);
  expect(holdsFor(`${receipt.body} `)).toBe(false);
});

test.each([
  ['delivered', { event: 'delivered' }],
  ['bounced', { event: 'failed', severity: 'permanent', reason: 'bounce' }],
  ['undelivered', { event: 'failed', severity: 'permanent', reason: 'old' }],
  ['complained', { event: 'complained' }],
  ['opened', { event: 'opened' }],
])('Mailgun tells %s, signed over timestamp and token, with our own variables', async (status, expected) => {
  const { id } = (await (await sendByMailgun()).json()) as { id: string };
  expect(await call('/api/receipts', { message_id: id, status })).toMatchObject({ body: { provider: 'mailgun' } });
  const [receipt] = arrived as [ReceivedWebhook];
  expect(receipt.path).toBe('/receipts/mailgun');
  const { signature, 'event-data': event } = JSON.parse(receipt.body);
  expect(event).toMatchObject({
    ...expected,
    recipient: 'ada@example.com',
    message: { headers: { 'message-id': id.slice(1, -1) } },
    'user-variables': { notification_id: 'n-1', attempt: '3' },
  });
  const signed = createHmac('sha256', 'the-key').update(signature.timestamp).update(signature.token);
  expect(signature.signature).toBe(signed.digest('hex'));
  expect(Math.abs(Number(signature.timestamp) - Date.now() / 1000)).toBeLessThan(60);
});

test.each([
  ['delivered', { MessageStatus: 'delivered' }],
  ['bounced', { MessageStatus: 'undelivered', ErrorCode: '30005' }],
  ['undelivered', { MessageStatus: 'undelivered', ErrorCode: '30003' }],
])('Twilio tells %s at the status callback, and its own SDK finds the signature right', async (status, expected) => {
  const { sid } = (await (await sendSms()).json()) as { sid: string };
  await call('/api/receipts', { notification_id: 'n-1', status });
  const [receipt] = arrived as [ReceivedWebhook];
  expect(receipt.path).toBe('/receipts/twilio?notification_id=n-1&epoch=0');
  const fields = Object.fromEntries(new URLSearchParams(receipt.body));
  expect(fields).toMatchObject({ ...expected, MessageSid: sid, To: '+2348012345678' });
  const signature = String(receipt.headers['x-twilio-signature']);
  const url = `${PUBLIC_URL}${receipt.path}`;
  expect(twilio.validateRequest('the-token', signature, url, fields)).toBe(true);
  expect(twilio.validateRequest('another-token', signature, url, fields)).toBe(false);
});

test.each([
  ['delivered', 'message.push.received'],
  ['bounced', 'message.push.unsubscribed'],
  ['undelivered', 'message.push.failed'],
  ['opened', 'message.push.clicked'],
])(
  'OneSignal tells %s as %s, with the name that we gave and the header that an operator would',
  async (status, kind) => {
    const { id } = (await (await sendByOnesignal()).json()) as { id: string };
    expect(await call('/api/receipts', { message_id: id, status })).toMatchObject({ body: { provider: 'onesignal' } });
    const [receipt] = arrived as [ReceivedWebhook];
    expect(receipt.path).toBe('/receipts/onesignal');
    expect(receipt.headers.authorization).toBe('Bearer the-key');
    expect(JSON.parse(receipt.body)).toMatchObject({
      'event.kind': kind,
      'event.app_id': 'an-app',
      'event.subscription_id': 'subscription-1',
      'message.id': id,
      'message.name': 'n-1.0.1.2',
    });
  },
);

test('how often Twilio is to try stands in the fragment, which it neither calls nor signs', async () => {
  await sendSms({ StatusCallback: `${PUBLIC_URL}/receipts/twilio?notification_id=n-1#rc=5&rp=5xx` });
  await call('/api/receipts', { notification_id: 'n-1', status: 'delivered' });
  const [receipt] = arrived as [ReceivedWebhook];
  expect(receipt.path).toBe('/receipts/twilio?notification_id=n-1');
  const fields = Object.fromEntries(new URLSearchParams(receipt.body));
  const signature = String(receipt.headers['x-twilio-signature']);
  expect(twilio.validateRequest('the-token', signature, `${PUBLIC_URL}${receipt.path}`, fields)).toBe(true);
});

test('every message gets a receipt by itself when that is asked for', async () => {
  expect((await call('/api/settings', { auto_receipts: 'delivered' })).body).toMatchObject({
    auto_receipts: 'delivered',
  });
  await Promise.all([sendSms(), sendBySendgrid(), sendByMailgun(), sendByOnesignal()]);
  await eventually(() => arrived.length === 4);
  const paths = arrived.map(({ path }) => path.split('?')[0]).sort();
  expect(paths).toEqual(['/receipts/mailgun', '/receipts/onesignal', '/receipts/sendgrid', '/receipts/twilio']);
});

test.each([
  ['a complaint about an SMS', 'complained', {}],
  ['a receipt that nobody asked for', 'delivered', { StatusCallback: '' }],
])('%s is refused: Twilio does not tell it', async (_name, status, form) => {
  const { sid } = (await (await sendSms(form)).json()) as { sid: string };
  expect(await call('/api/receipts', { message_id: sid, status })).toMatchObject({ status: 400 });
  expect(arrived).toEqual([]);
});

test.each([
  [{ status: 'delivered' }, 400],
  [{ notification_id: 'n-1', message_id: 'm-1', status: 'delivered' }, 400],
  [{ notification_id: 'n-1', status: 'lost' }, 400],
  [{ notification_id: 'nobody', status: 'delivered' }, 404],
])('the order %j for a receipt answers %d', async (order, status) => {
  expect(await call('/api/receipts', order)).toMatchObject({ status });
});

test('a gateway that is not there is said to be', async () => {
  const alone = await runSandbox();
  const message = {
    To: '+2348012345678',
    From: '+15005550006',
    Body: 'x',
    StatusCallback: `${PUBLIC_URL}/receipts/twilio`,
  };
  const sent = await fetch(`${alone.url}/2010-04-01/Accounts/AC1/Messages.json`, {
    method: 'POST',
    headers: basic('AC1:the-token'),
    body: new URLSearchParams(message),
  });
  const { sid } = (await sent.json()) as { sid: string };
  const order = await fetch(`${alone.url}/api/receipts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ message_id: sid, status: 'delivered' }),
  });
  await alone.stop();
  expect(order.status).toBe(503);
});
