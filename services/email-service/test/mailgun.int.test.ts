import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import { providerContract, startTestSandbox, type TestSandbox } from '@notify/testing';
import { createMailgunProvider } from '../src/providers/mailgun.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox?.stop());

const opened: { close?(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close?.();
});

function providerAt(url: string): Provider {
  const provider = createMailgunProvider({
    MAILGUN_API_KEY: 'a-key',
    MAILGUN_DOMAIN: 'mail.acme.test',
    MAILGUN_REGION: 'us',
    MAILGUN_API_URL: url,
    MAIL_FROM: 'Acme <no-reply@mail.acme.test>',
  });
  opened.push(provider);
  return provider;
}

/** A vendor that answers as the test says. */
async function startVendor(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => server.closeAllConnections() }, server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const deliveryTo = (address: string, content: OutgoingDelivery['content'] = {}): OutgoingDelivery => ({
  notificationId: randomUUID(),
  epoch: 1,
  hop: 2,
  attempt: 3,
  address,
  content: { title: 'Hello', body: 'In plain text', ...content },
  correlationId: randomUUID(),
});
const inTime = () => AbortSignal.timeout(10_000);

describe('the provider contract', () => {
  const cases = providerContract({
    createProvider: () => providerAt(sandbox.url),
    acceptedAddress: () => `ada-${randomUUID()}@example.test`,
    invalidAddress: () => `bounce-${randomUUID()}@sandbox.test`,
    transientAddress: () => `tempfail-${randomUUID()}@sandbox.test`,
    orderFault: (fault) => sandbox.orderFault(fault),
    countReceived: async (notificationId) => (await sandbox.messagesOf(notificationId)).length,
  });
  for (const { title, run } of cases) test(title, run);
});

test('a mail arrives with subject, both bodies and our sender', async () => {
  const delivery = deliveryTo('ada@example.test', {
    title: 'Grüße',
    body: 'Klartext %recipient%',
    html: '<p>Schön</p>',
  });
  const result = await providerAt(sandbox.url).send(delivery, inTime());
  const [message] = await sandbox.messagesOf(delivery.notificationId);
  expect(result).toEqual({ status: 'sent', providerMessageId: message?.id });
  expect(message).toMatchObject({
    provider: 'mailgun',
    to: 'ada@example.test',
    from: 'no-reply@mail.acme.test',
    subject: 'Grüße',
    text: 'Klartext %recipient%',
    html: '<p>Schön</p>',
    headers: { 'x-notification-id': delivery.notificationId, 'auto-submitted': 'auto-generated' },
  });
});

test('the request carries the key, and the ids of the attempt for the receipt to repeat', async () => {
  let seen: { url: string; authorization: string; form: Record<string, unknown> } | undefined;
  const url = await startVendor(async (request, response) => {
    const headers = { 'Content-Type': request.headers['content-type'] ?? '' };
    const form = await new Response(Buffer.concat(await request.toArray()), { headers }).formData();
    seen = {
      url: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      form: Object.fromEntries(form),
    };
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end('{"id":"<1@mail.acme.test>","message":"Queued."}');
  });
  const delivery = deliveryTo('ada@example.test');
  const result = await providerAt(url).send(delivery, inTime());
  expect(result).toEqual({ status: 'sent', providerMessageId: '<1@mail.acme.test>' });
  expect(seen).toEqual({
    url: '/v3/mail.acme.test/messages',
    authorization: `Basic ${Buffer.from('api:a-key').toString('base64')}`,
    form: {
      from: 'Acme <no-reply@mail.acme.test>',
      to: 'ada@example.test',
      subject: 'Hello',
      text: 'In plain text',
      'v:notification_id': delivery.notificationId,
      'v:epoch': '1',
      'v:hop': '2',
      'v:attempt': '3',
      'h:X-Notification-ID': delivery.notificationId,
      'h:Auto-Submitted': 'auto-generated',
    },
  });
});

test.each(['a@example.test, b@example.test', 'Bob <b@example.test>', 'a@example.test\r\nBcc: b@example.test'])(
  'the address %j is refused as one that is not one',
  async (address) => {
    const sending = providerAt(sandbox.url).send(deliveryTo(address), inTime());
    await expect(sending).rejects.toMatchObject({ errorClass: 'recipient', errorCode: 'invalid_address' });
  },
);

test('an address that Mailgun refuses is named by its parameter', async () => {
  const sending = providerAt(sandbox.url).send(deliveryTo('bounce@sandbox.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorCode: 'http_400/to' });
});

test('a limit says when to come back', async () => {
  const url = await startVendor((_request, response) => {
    response.writeHead(429, { 'Retry-After': '17' }).end('{"message":"Too many requests"}');
  });
  await expect(providerAt(url).send(deliveryTo('a@example.test'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'http_429',
    retryAfterMs: 17_000,
  });
});

test.each([
  [200, 'unknown'],
  [502, 'unknown'],
  [307, 'config'],
])('a page with HTTP %i in place of an answer is a %s error', async (status, errorClass) => {
  const url = await startVendor((_request, response) => {
    response.writeHead(status, { 'Content-Type': 'text/html', Location: '/login' }).end('<html>hotel</html>');
  });
  const sending = providerAt(url).send(deliveryTo('ada@example.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass, errorCode: `http_${status}` });
});

test('a vendor that is not there is transient', async () => {
  const sending = providerAt('http://127.0.0.1:1').send(deliveryTo('ada@example.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'transient', errorCode: 'ECONNREFUSED' });
});

test('two providers of one process keep their keys and addresses apart', async () => {
  const other = providerAt('http://127.0.0.1:1');
  const delivery = deliveryTo('ada@example.test');
  await providerAt(sandbox.url).send(delivery, inTime());
  expect(await sandbox.messagesOf(delivery.notificationId)).toHaveLength(1);
  await expect(other.send(delivery, inTime())).rejects.toMatchObject({ errorCode: 'ECONNREFUSED' });
});

test('a batch is one request, and a mail of its own for each recipient', async () => {
  const deliveries = [1, 2, 3].map((n) => deliveryTo(`batch-${n}-${randomUUID()}@example.test`));
  const result = await providerAt(sandbox.url).sendBatch?.(deliveries, inTime());
  expect(result).toEqual({ status: 'sent', providerMessageId: expect.any(String) });
  for (const { notificationId, address } of deliveries) {
    const messages = await sandbox.messagesOf(notificationId);
    expect(messages).toMatchObject([
      {
        id: result?.providerMessageId,
        to: address,
        subject: 'Hello',
        text: 'In plain text',
        headers: { 'x-notification-id': notificationId, 'auto-submitted': 'auto-generated' },
      },
    ]);
  }
});

test('each mail has the unsubscribe link of its own recipient, alone and in a batch', async () => {
  const deliveries = [1, 2].map((n) => ({
    ...deliveryTo(`reader-${n}-${randomUUID()}@example.test`),
    unsubscribeUrl: `https://notify.example/u/token-${n}.signature`,
  }));
  const alone = {
    ...deliveryTo(`reader-${randomUUID()}@example.test`),
    unsubscribeUrl: 'https://notify.example/u/a.b',
  };
  const provider = providerAt(sandbox.url);
  await Promise.all([provider.sendBatch?.(deliveries, inTime()), provider.send(alone, inTime())]);
  for (const { notificationId, unsubscribeUrl } of [...deliveries, alone]) {
    const [message] = await sandbox.messagesOf(notificationId);
    expect(message?.headers).toMatchObject({
      'list-unsubscribe': `<${unsubscribeUrl}>`,
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
  }
});

test('mail without a link has no such header, in a batch neither', async () => {
  const deliveries = [1, 2].map((n) => deliveryTo(`reader-${n}-${randomUUID()}@example.test`));
  await providerAt(sandbox.url).sendBatch?.(deliveries, inTime());
  for (const { notificationId } of deliveries) {
    const [message] = await sandbox.messagesOf(notificationId);
    expect(Object.keys(message?.headers ?? {}).filter((name) => name.startsWith('list-'))).toEqual([]);
  }
});

test('a batch with one refused address is refused as a whole, and nobody has got it', async () => {
  const deliveries = ['ada', 'bounce', 'bob'].map((name) => deliveryTo(`${name}-${randomUUID()}@sandbox.test`));
  const sending = providerAt(sandbox.url).sendBatch?.(deliveries, inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'recipient' });
  for (const { notificationId } of deliveries) expect(await sandbox.messagesOf(notificationId)).toEqual([]);
});

test("a recipient's variables are Mailgun's to fill in, so that content that looks like one goes out alone", async () => {
  const deliveries = [1, 2].map((n) => deliveryTo(`${n}@example.test`, { body: 'Dear %recipient.name%' }));
  const sending = providerAt(sandbox.url).sendBatch?.(deliveries, inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'permanent', errorCode: 'recipient_variable' });
});
