import { createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { STATUS_QUEUE, USER_EVENTS_QUEUE } from '@notify/contracts';
import { type Broker, type Delivery, openBroker } from '@notify/messaging';
import { createHttpApp, createMetrics, listen, openRedis } from '@notify/service-kit';
import { createTestBroker, createTestKit, eventually, testRedisUrl } from '@notify/testing';
import type { ReceiptsConfig } from '../src/receipts/receipts-config.ts';
import { receiptsRoute } from '../src/receipts/receipts-route.ts';

const NOBODY_LISTENS = 'redis://127.0.0.1:1';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const CONFIG: ReceiptsConfig = {
  SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
  MAILGUN_WEBHOOK_SIGNING_KEY: 'mailgun-key',
  TWILIO_AUTH_TOKEN: 'twilio-token',
  TWILIO_STATUS_CALLBACK_BASE: 'https://notify.example.com',
};

let server: Awaited<ReturnType<typeof createTestBroker>>;
let broker: Broker;
const own = createTestKit('test');
/** What the record, and user-service, would have got. */
const published: { routingKey: string; body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  server = await createTestBroker();
  broker = await openBroker({ url: server.url, name: 'test', ...own });
  for (const queue of [STATUS_QUEUE, USER_EVENTS_QUEUE]) {
    const onMessage = async ({ routingKey, body }: Delivery) => {
      published.push({ routingKey, body: JSON.parse(body.toString()) });
    };
    await broker.consume({ queue, prefetch: 10, onMessage });
  }
});
afterAll(async () => {
  await own.lifecycle.shutdown('end of the tests');
  await server.drop();
});

/** The route with real servers, or with what the test says. @returns where it listens. */
async function serve(overrides: { redisUrl?: string; broker?: Pick<Broker, 'publish'> } = {}) {
  const { logger, lifecycle } = own;
  const metrics = createMetrics('test');
  const redisUrl = overrides.redisUrl ?? testRedisUrl();
  const redis = await openRedis(redisUrl, logger, lifecycle, { isRequired: false });
  const route = receiptsRoute(CONFIG, { broker: overrides.broker ?? broker, redis, logger, metrics });
  const app = createHttpApp({ logger, metrics, lifecycle, readiness: {}, rawBodyRouters: [route], routers: [] });
  const listening = await listen(app, { HOST: '127.0.0.1', PORT: 0 }, lifecycle);
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

async function post(url: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { method: 'POST', headers, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, problem: text === '' ? undefined : JSON.parse(text) };
}

const nowSeconds = () => String(Math.floor(Date.now() / 1000));
const attemptOf = (notificationId: string) => ({ notification_id: notificationId, epoch: '0', hop: '0', attempt: '1' });

function postSendgrid(url: string, events: unknown[], changeBody = (body: string) => body) {
  const [timestamp, body] = [nowSeconds(), JSON.stringify(events)];
  return post(`${url}/receipts/sendgrid`, changeBody(body), {
    'content-type': 'application/json',
    'x-twilio-email-event-webhook-timestamp': timestamp,
    'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + body), privateKey).toString(
      'base64',
    ),
  });
}
const sendgridEvent = (notificationId: string, fields: Record<string, unknown>) => ({
  email: 'ada@example.com',
  timestamp: Number(nowSeconds()),
  sg_event_id: randomUUID(),
  ...attemptOf(notificationId),
  ...fields,
});

function mailgunBody(notificationId: string, event: string, token: string = randomUUID()): string {
  const timestamp = nowSeconds();
  return JSON.stringify({
    signature: {
      timestamp,
      token,
      signature: createHmac('sha256', 'mailgun-key')
        .update(timestamp + token)
        .digest('hex'),
    },
    'event-data': {
      event,
      id: randomUUID(),
      timestamp: Number(timestamp),
      recipient: 'ada@example.com',
      'user-variables': attemptOf(notificationId),
    },
  });
}
const postMailgun = (url: string, body: string) =>
  post(`${url}/receipts/mailgun`, body, { 'content-type': 'application/json' });

function postTwilio(url: string, path: string, form: Record<string, string>) {
  const signed = Object.keys(form)
    .sort()
    .reduce((text, name) => `${text}${name}${form[name]}`, `https://notify.example.com${path}`);
  return post(`${url}${path}`, new URLSearchParams(form).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': createHmac('sha1', 'twilio-token').update(signed).digest('base64'),
  });
}

const aboutNotification = (id: string) => published.filter(({ body }) => body['notification_id'] === id);

test('a batch of SendGrid is on its way to the record and to the suppressions before it is answered', async () => {
  const [delivered, bounced] = [randomUUID(), randomUUID()];
  const answer = await postSendgrid(await serve(), [
    sendgridEvent(delivered, { event: 'processed' }),
    sendgridEvent(delivered, { event: 'delivered', sg_event_id: 'sg-1' }),
    sendgridEvent(bounced, { event: 'bounce', type: 'bounce', status: '5.1.1', sg_event_id: 'sg-2' }),
  ]);
  expect(answer.status).toBe(204);
  await eventually(() => published.some(({ body }) => body['event_id'] === 'rejected.sendgrid.sg-2'));
  await eventually(() => aboutNotification(bounced).length === 1 && aboutNotification(delivered).length === 1);
  expect(aboutNotification(delivered)).toMatchObject([
    { routingKey: 'receipt.email', body: { event_id: 'receipt.sendgrid.sg-1', outcome: 'delivered', attempt: 1 } },
  ]);
  expect(aboutNotification(bounced)).toMatchObject([
    { routingKey: 'receipt.email', body: { outcome: 'bounced', provider: 'sendgrid', error_code: '5.1.1' } },
  ]);
  expect(published.find(({ routingKey }) => routingKey === 'recipient.rejected')?.body).toMatchObject({
    channel: 'email',
    address: 'ada@example.com',
    reason: 'hard_bounce',
  });
});

test('a batch larger than any request of ours is taken whole', async () => {
  const id = randomUUID();
  const padding = 'x'.repeat(300);
  const events = Array.from({ length: 1_500 }, () => sendgridEvent(id, { event: 'open', padding }));
  expect(JSON.stringify(events).length).toBeGreaterThan(768 * 1024);
  expect((await postSendgrid(await serve(), events)).status).toBe(204);
  await eventually(() => aboutNotification(id).length === events.length, 20_000);
});

test('a body over the limit is refused unread', async () => {
  const url = await serve();
  const largest = { sendgrid: 2_000_000, mailgun: 1_000_000, twilio: 65_536, onesignal: 65_536 };
  for (const [vendor, bytes] of Object.entries(largest)) {
    const answer = await post(`${url}/receipts/${vendor}`, 'x'.repeat(bytes + 1));
    expect(answer).toMatchObject({ status: 413, problem: { code: 'payload_too_large' } });
  }
});

test("Twilio's form names the attempt by the query of the status callback", async () => {
  const id = randomUUID();
  const path = `/receipts/twilio?${new URLSearchParams(attemptOf(id))}`;
  const form = { MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30003', To: '+14155550123' };
  expect((await postTwilio(await serve(), path, form)).status).toBe(204);
  await eventually(() => aboutNotification(id).length === 1);
  expect(aboutNotification(id)).toMatchObject([
    {
      routingKey: 'receipt.sms',
      body: { outcome: 'undelivered', error_code: '30003', event_id: 'receipt.twilio.SM1.undelivered' },
    },
  ]);
});

test('a STOP reaches the suppressions', async () => {
  const form = { MessageSid: 'SMstop', SmsStatus: 'received', From: '+14155550199', Body: 'Stop' };
  expect((await postTwilio(await serve(), '/receipts/twilio', form)).status).toBe(204);
  const stop = await eventually(() => published.find(({ body }) => body['event_id'] === 'rejected.twilio.SMstop.stop'));
  expect(stop.body).toMatchObject({ channel: 'sms', address: '+14155550199', reason: 'opted_out', provider: 'twilio' });
});

test('a token of Mailgun is good for one body: the same again is a repeat, another one is refused', async () => {
  const [url, id, token] = [await serve(), randomUUID(), randomUUID()];
  const first = mailgunBody(id, 'delivered', token);
  expect((await postMailgun(url, first)).status).toBe(204);
  expect((await postMailgun(url, first)).status).toBe(204);
  const replayed = { ...JSON.parse(first), 'event-data': JSON.parse(mailgunBody(id, 'complained'))['event-data'] };
  expect(await postMailgun(url, JSON.stringify(replayed))).toMatchObject({
    status: 401,
    problem: { code: 'unauthorized' },
  });
  await eventually(() => aboutNotification(id).length === 2);
  expect(new Set(aboutNotification(id).map(({ body }) => body['event_id'])).size).toBe(1);
});

test('a request that differs in one byte is refused and publishes nothing', async () => {
  const id = randomUUID();
  const answer = await postSendgrid(await serve(), [sendgridEvent(id, { event: 'delivered' })], (body) =>
    body.replace('ada@', 'eve@'),
  );
  expect(answer).toMatchObject({ status: 401, problem: { code: 'unauthorized' } });
  expect(aboutNotification(id)).toEqual([]);
});

test('a vendor that is not configured is told which setting is missing', async () => {
  const answer = await post(`${await serve()}/receipts/onesignal`, '{}', { authorization: 'Bearer undefined' });
  expect(answer).toMatchObject({ status: 401, problem: { code: 'unauthorized' } });
  expect(answer.problem.detail).toContain('ONESIGNAL_WEBHOOK_SECRET');
});

test('without Redis Mailgun is asked to come again, since a token could be an old one; the others need none', async () => {
  const [url, id] = [await serve({ redisUrl: NOBODY_LISTENS }), randomUUID()];
  const answer = await postMailgun(url, mailgunBody(id, 'delivered'));
  expect(answer).toMatchObject({ status: 503, problem: { code: 'dependency_unavailable' } });
  expect(answer.headers.get('retry-after')).not.toBeNull();
  expect((await postSendgrid(url, [sendgridEvent(id, { event: 'delivered' })])).status).toBe(204);
});

test('while the broker is away the vendor is asked to come again, and its repeat is taken', async () => {
  const kit = createTestKit('gone');
  const gone = await openBroker({ url: server.url, name: 'gone', ...kit });
  await kit.lifecycle.shutdown('the broker is away');
  const [url, id] = [await serve({ broker: gone }), randomUUID()];
  const body = mailgunBody(id, 'delivered');
  expect(await postMailgun(url, body)).toMatchObject({ status: 503, problem: { code: 'dependency_unavailable' } });
  expect((await postMailgun(await serve(), body)).status).toBe(204);
  await eventually(() => aboutNotification(id).length === 1);
});
