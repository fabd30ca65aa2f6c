import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import { providerContract, startTestSandbox, type TestSandbox } from '@notify/testing';
import { createFcmProvider } from '../src/providers/fcm.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox?.stop());

const opened: { close?(): unknown }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.close?.();
});

const createProvider = (url: string): Provider => createFcmProvider({ FCM_PROJECT_ID: 'acme', FCM_API_URL: url });
function providerAt(url: string): Provider {
  const provider = createProvider(url);
  opened.push(provider);
  return provider;
}

/** A vendor that answers as the test says. */
async function startVendor(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => server.closeAllConnections() }, server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const deliveryTo = (address: string, content: OutgoingDelivery['content'] = {}): OutgoingDelivery => ({
  notificationId: randomUUID(),
  epoch: 1,
  hop: 2,
  attempt: 3,
  address,
  content: { title: 'Hello', body: 'There', ...content },
  correlationId: randomUUID(),
});
const inTime = () => AbortSignal.timeout(10_000);

describe('the provider contract', () => {
  const cases = providerContract({
    createProvider: () => createProvider(sandbox.url),
    acceptedAddress: () => `token-${randomUUID()}`,
    invalidAddress: () => `dead-${randomUUID()}`,
    transientAddress: () => `flaky-${randomUUID()}`,
    orderFault: (fault) => sandbox.orderFault(fault),
    countReceived: async (notificationId) => (await sandbox.messagesOf(notificationId)).length,
  });
  for (const { title, run } of cases) test(title, run);
});

test('a push carries title, body, data, our notification id and the access token', async () => {
  let seen: { url: string; authorization: string; body: unknown } | undefined;
  const { url } = await startVendor(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen = {
      url: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      body: JSON.parse(Buffer.concat(chunks).toString()),
    };
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"projects/acme/messages/1"}');
  });
  const delivery = deliveryTo('token', { data: { order: '42', notification_id: 'not mine to say' } });
  const result = await providerAt(url).send(delivery, inTime());

  expect(result).toEqual({ status: 'sent', providerMessageId: 'projects/acme/messages/1' });
  expect(seen).toEqual({
    url: '/v1/projects/acme/messages:send',
    authorization: 'Bearer development-only',
    body: {
      message: {
        token: 'token',
        notification: { title: 'Hello', body: 'There' },
        data: { order: '42', notification_id: delivery.notificationId },
      },
    },
  });
});

test('a limit says when to come back', async () => {
  const { url } = await startVendor((_request, response) => {
    response
      .writeHead(429, { 'content-type': 'application/json', 'retry-after': '75' })
      .end(JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Quota exceeded' } }));
  });
  await expect(providerAt(url).send(deliveryTo('token'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'messaging/message-rate-exceeded',
    retryAfterMs: 75_000,
  });
});

test('a project that does not exist is a config error, and no token is called dead', async () => {
  const { url } = await startVendor((_request, response) => {
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { code: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' } }));
  });
  await expect(providerAt(url).send(deliveryTo('token'), inTime())).rejects.toMatchObject({ errorClass: 'config' });
});

test('an answer that breaks off, and a yes that is no JSON, are unknown', async () => {
  const cut = await startVendor((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"name": "proj');
    setImmediate(() => request.socket.destroy());
  });
  // The SDK never settles after such an answer: the deadline ends it.
  const soon = AbortSignal.timeout(500);
  await expect(providerAt(cut.url).send(deliveryTo('token'), soon)).rejects.toMatchObject({
    errorClass: 'unknown',
  });

  const page = await startVendor((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome to the hotel</html>');
  });
  await expect(providerAt(page.url).send(deliveryTo('token'), inTime())).rejects.toMatchObject({
    errorClass: 'unknown',
  });
});

test('a vendor that is not there is transient', async () => {
  await expect(providerAt('http://127.0.0.1:1').send(deliveryTo('token'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'ECONNREFUSED',
  });
});

test('connections are kept and used again', async () => {
  const sockets = new Set<unknown>();
  const { url, server } = await startVendor((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"projects/acme/messages/1"}');
  });
  server.on('connection', (socket) => sockets.add(socket));
  const provider = providerAt(url);
  for (let count = 0; count < 5; count += 1) await provider.send(deliveryTo('token'), inTime());
  expect(sockets.size).toBe(1);
});
