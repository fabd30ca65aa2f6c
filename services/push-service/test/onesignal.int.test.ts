import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import { inTime, openProviderBed, outgoingDelivery, type ProviderBed, providerContract } from '@notify/testing';
import { createOnesignalProvider } from '../src/providers/onesignal.ts';

const APP_ID = '5fa5dcf1-1d3e-4a6e-a2c0-3f1e8f8a4b11';

let bed: ProviderBed;
beforeAll(async () => {
  bed = await openProviderBed();
});
afterEach(() => bed.endTest());
afterAll(() => bed?.close());

function providerAt(url: string): Provider {
  return bed.untilTestEnds(
    createOnesignalProvider({
      ONESIGNAL_APP_ID: APP_ID,
      ONESIGNAL_API_KEY: 'a-key',
      ONESIGNAL_API_URL: url,
    }),
  );
}

const answering = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  bed.startVendor((_request, response) => {
    response
      .writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers })
      .end(JSON.stringify(body));
  });

const deliveryTo = (address: string, content: OutgoingDelivery['content'] = {}) =>
  outgoingDelivery(address, { title: 'Hello', body: 'There', ...content });

describe('the provider contract', () => {
  const cases = providerContract({
    createProvider: () => providerAt(bed.sandbox.url),
    acceptedAddress: () => randomUUID(),
    invalidAddress: () => `dead-${randomUUID()}`,
    transientAddress: () => `flaky-${randomUUID()}`,
    sandbox: () => bed.sandbox,
  });
  for (const { title, run } of cases) test(title, run);
});

test('a push carries title, body, data, our notification id and the key', async () => {
  let seen: { url: string; authorization: string; body: Record<string, unknown> } | undefined;
  const { url } = await bed.startVendor(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString());
    seen = { url: request.url ?? '', authorization: request.headers.authorization ?? '', body };
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"id":"os-1"}');
  });
  const token = randomUUID();
  const delivery = deliveryTo(token, { data: { order: '42', notification_id: 'not mine to say' } });
  const result = await providerAt(url).send(delivery, inTime());

  expect(result).toEqual({ status: 'sent', providerMessageId: 'os-1' });
  expect(seen).toEqual({
    url: '/notifications',
    authorization: 'Key a-key',
    body: {
      app_id: APP_ID,
      name: `${delivery.notificationId}.1.2.3`,
      include_subscription_ids: [token],
      target_channel: 'push',
      contents: { en: 'There' },
      headings: { en: 'Hello' },
      data: { order: '42', notification_id: delivery.notificationId },
      idempotency_key: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/),
    },
  });
});

test('a second try after an unknown outcome is no second push', async () => {
  const delivery = deliveryTo(randomUUID());
  await bed.sandbox.orderFault({ provider: 'onesignal', to: delivery.address, kind: 'accept_then_reset', times: 1 });
  const provider = providerAt(bed.sandbox.url);
  await expect(provider.send(delivery, inTime())).rejects.toMatchObject({ errorClass: 'unknown' });
  const [kept] = await bed.sandbox.messagesOf(delivery.notificationId);
  const again = await provider.send({ ...delivery, attempt: delivery.attempt + 1 }, inTime());
  expect(again).toEqual({ status: 'sent', providerMessageId: kept?.id });
  expect(await bed.sandbox.messagesOf(delivery.notificationId)).toHaveLength(1);
});

test('another device, hop or epoch is another push', async () => {
  const delivery = deliveryTo(randomUUID());
  const provider = providerAt(bed.sandbox.url);
  const changes = [{}, { address: randomUUID() }, { hop: 3 }, { epoch: 2 }];
  for (const change of changes) await provider.send({ ...delivery, ...change }, inTime());
  expect(await bed.sandbox.messagesOf(delivery.notificationId)).toHaveLength(changes.length);
});

test('a device that is not subscribed is a recipient error', async () => {
  const { url } = await answering(200, { id: '', errors: ['All included players are not subscribed'] });
  await expect(providerAt(url).send(deliveryTo(randomUUID()), inTime())).rejects.toMatchObject({
    errorClass: 'recipient',
    errorCode: 'not_subscribed',
  });
});

test('a token of another vendor is our mistake, and not called dead', async () => {
  const { url } = await answering(400, {
    errors: ['Incorrect subscription_id format in include_subscription_ids (not a valid UUID): x'],
  });
  await expect(providerAt(url).send(deliveryTo('x'), inTime())).rejects.toMatchObject({
    errorClass: 'config',
    errorCode: 'not_a_subscription_id',
  });
});

test('a limit says when to come back', async () => {
  const { url } = await answering(429, { errors: ['API rate limit exceeded'], limit: '1' }, { 'Retry-After': '60' });
  await expect(providerAt(url).send(deliveryTo(randomUUID()), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'http_429',
    retryAfterMs: 60_000,
  });
});

test.each([
  [200, 'unknown'],
  [502, 'transient'],
  [307, 'config'],
])('a page with HTTP %i in place of an answer is a %s error', async (status, errorClass) => {
  const { url } = await bed.startVendor((_request, response) => {
    response.writeHead(status, { 'Content-Type': 'text/html', Location: '/login' }).end('<html>hotel</html>');
  });
  const sending = providerAt(url).send(deliveryTo(randomUUID()), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass, errorCode: `http_${status}` });
});

test('a vendor that is not there is transient', async () => {
  const sending = providerAt('http://127.0.0.1:1').send(deliveryTo(randomUUID()), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'transient', errorCode: 'ECONNREFUSED' });
});
