import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import { inTime, openProviderBed, outgoingDelivery, type ProviderBed, providerContract } from '@notify/testing';
import { createFcmProvider } from '../src/providers/fcm.ts';

let bed: ProviderBed;
beforeAll(async () => {
  bed = await openProviderBed();
});
afterEach(() => bed.endTest());
afterAll(() => bed?.close());

const createProvider = (url: string): Provider => createFcmProvider({ FCM_PROJECT_ID: 'acme', FCM_API_URL: url });
const providerAt = (url: string) => bed.untilTestEnds(createProvider(url));

const deliveryTo = (address: string, content: OutgoingDelivery['content'] = {}) =>
  outgoingDelivery(address, { title: 'Hello', body: 'There', ...content });

describe('the provider contract', () => {
  const cases = providerContract({
    createProvider: () => createProvider(bed.sandbox.url),
    acceptedAddress: () => `token-${randomUUID()}`,
    invalidAddress: () => `dead-${randomUUID()}`,
    transientAddress: () => `flaky-${randomUUID()}`,
    sandbox: () => bed.sandbox,
  });
  for (const { title, run } of cases) test(title, run);
});

test('a push carries title, body, data, our notification id and the access token', async () => {
  let seen: { url: string; authorization: string; body: unknown } | undefined;
  const { url } = await bed.startVendor(async (request, response) => {
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
  const { url } = await bed.startVendor((_request, response) => {
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
  const { url } = await bed.startVendor((_request, response) => {
    response
      .writeHead(404, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { code: 404, status: 'NOT_FOUND', message: 'Requested entity was not found.' } }));
  });
  await expect(providerAt(url).send(deliveryTo('token'), inTime())).rejects.toMatchObject({ errorClass: 'config' });
});

test('an answer that breaks off, and a yes that is no JSON, are unknown', async () => {
  const cut = await bed.startVendor((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"name": "proj');
    setImmediate(() => request.socket.destroy());
  });
  // The SDK never settles after such an answer: the deadline ends it.
  const soon = AbortSignal.timeout(500);
  await expect(providerAt(cut.url).send(deliveryTo('token'), soon)).rejects.toMatchObject({
    errorClass: 'unknown',
  });

  const page = await bed.startVendor((_request, response) => {
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
  const { url, server } = await bed.startVendor((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"name":"projects/acme/messages/1"}');
  });
  server.on('connection', (socket) => sockets.add(socket));
  const provider = providerAt(url);
  for (let count = 0; count < 5; count += 1) await provider.send(deliveryTo('token'), inTime());
  expect(sockets.size).toBe(1);
});
