import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import { providerContract, startTestSandbox, type TestSandbox } from '@notify/testing';
import { createSendgridProvider } from '../src/providers/sendgrid.ts';

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
  const provider = createSendgridProvider({
    SENDGRID_API_KEY: 'SG.a-key',
    SENDGRID_REGION: 'global',
    SENDGRID_API_URL: url,
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
  const delivery = deliveryTo('ada@example.test', { title: 'Grüße', body: 'Klartext {{x}}', html: '<p>Schön</p>' });
  const result = await providerAt(sandbox.url).send(delivery, inTime());
  const [message] = await sandbox.messagesOf(delivery.notificationId);
  expect(result).toEqual({ status: 'sent', providerMessageId: message?.id });
  expect(message).toMatchObject({
    provider: 'sendgrid',
    to: 'ada@example.test',
    from: 'no-reply@mail.acme.test',
    subject: 'Grüße',
    text: 'Klartext {{x}}',
    html: '<p>Schön</p>',
    headers: { 'x-notification-id': delivery.notificationId, 'auto-submitted': 'auto-generated' },
  });
});

test('the request carries the key, and the ids of the attempt for the receipt to repeat', async () => {
  let seen: { url: string; authorization: string; body: Record<string, unknown> } | undefined;
  const url = await startVendor(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    seen = { url: request.url ?? '', authorization: request.headers.authorization ?? '', body: JSON.parse(body) };
    response.writeHead(202, { 'X-Message-Id': 'sg-1' }).end();
  });
  const delivery = deliveryTo('ada@example.test');
  expect(await providerAt(url).send(delivery, inTime())).toEqual({ status: 'sent', providerMessageId: 'sg-1' });
  expect(seen).toMatchObject({
    url: '/v3/mail/send',
    authorization: 'Bearer SG.a-key',
    body: {
      from: { email: 'no-reply@mail.acme.test', name: 'Acme' },
      personalizations: [
        {
          to: [{ email: 'ada@example.test' }],
          custom_args: { notification_id: delivery.notificationId, epoch: '1', hop: '2', attempt: '3' },
          headers: { 'X-Notification-ID': delivery.notificationId },
        },
      ],
      content: [{ type: 'text/plain', value: 'In plain text' }],
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

test('an address that SendGrid refuses is named by its field', async () => {
  const sending = providerAt(sandbox.url).send(deliveryTo('bounce@sandbox.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorCode: 'http_400/personalizations.0.to.0.email' });
});

test('a limit says when to come back, by Retry-After or by the reset', async () => {
  const limited = (headers: Record<string, string>) =>
    startVendor((_request, response) => {
      response.writeHead(429, headers).end(JSON.stringify({ errors: [{ field: null, message: 'too many requests' }] }));
    });
  const asked = await limited({ 'Retry-After': '17', 'X-RateLimit-Reset': '1' });
  await expect(providerAt(asked).send(deliveryTo('a@example.test'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'http_429',
    retryAfterMs: 17_000,
  });

  const reset = await limited({ 'X-RateLimit-Reset': String(Math.floor(Date.now() / 1000) + 30) });
  const error: unknown = await providerAt(reset)
    .send(deliveryTo('a@example.test'), inTime())
    .catch((thrown: unknown) => thrown);
  const { retryAfterMs } = error as { retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(20_000);
  expect(retryAfterMs).toBeLessThanOrEqual(30_000);
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
