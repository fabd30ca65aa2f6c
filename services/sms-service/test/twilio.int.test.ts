import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Provider } from '@notify/channel-worker';
import { inTime, openProviderBed, type ProviderBed, providerContract } from '@notify/testing';
import type { TwilioConfig } from '../src/providers/twilio-config.ts';
import { deliveryTo, twilioAt } from './twilio-vendor.ts';

let bed: ProviderBed;
beforeAll(async () => {
  bed = await openProviderBed();
});
afterEach(() => bed.endTest());
afterAll(() => bed?.close());

const providerAt = (url: string, settings: Partial<TwilioConfig> = {}): Provider => twilioAt(bed, url, settings);
const digits = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('');

describe('the provider contract', () => {
  const cases = providerContract({
    createProvider: () => providerAt(bed.sandbox.url),
    acceptedAddress: () => `+1415${digits(7)}`,
    invalidAddress: () => `+150055501${digits(2)}`,
    transientAddress: () => `+150055599${digits(2)}`,
    sandbox: () => bed.sandbox,
  });
  for (const { title, run } of cases) test(title, run);
});

test.each([
  ['+15005550199', '21211', 'hard_bounce'],
  ['+15005550999', '21614', 'hard_bounce'],
  ['+15005550499', '21610', 'opted_out'],
])("the number %s gets Twilio's code %s and is a recipient error: %s", async (number, errorCode, reason) => {
  const sending = providerAt(bed.sandbox.url).send(deliveryTo(number), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'recipient', errorCode, reason });
});

test('receipts come where a status callback is asked for', () => {
  expect(providerAt(bed.sandbox.url).sendsReceipts).toBe(true);
  expect(providerAt(bed.sandbox.url, { TWILIO_STATUS_CALLBACK_BASE: undefined }).sendsReceipts).toBe(false);
});

test('a message carries body, sender, credentials and a status callback that names the attempt', async () => {
  let seen: { authorization: string; form: URLSearchParams; url: string } | undefined;
  const { url } = await bed.startVendor(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    seen = {
      authorization: request.headers.authorization ?? '',
      form: new URLSearchParams(Buffer.concat(chunks).toString()),
      url: request.url ?? '',
    };
    response
      .writeHead(201, { 'content-type': 'application/json' })
      .end(JSON.stringify({ sid: 'SM1', status: 'queued' }));
  });
  const delivery = deliveryTo('+14155550123');
  const result = await providerAt(url).send(delivery, inTime());

  expect(result).toEqual({ status: 'sent', providerMessageId: 'SM1' });
  expect(seen?.url).toBe(`/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`);
  expect(Buffer.from(seen?.authorization.split(' ')[1] ?? '', 'base64').toString()).toBe(`AC${'0'.repeat(32)}:token`);
  expect(Object.fromEntries(seen?.form ?? [])).toEqual({
    To: '+14155550123',
    From: '+15005550006',
    Body: 'Hello there',
    StatusCallback: `https://notify.example.test/receipts/twilio?notification_id=${delivery.notificationId}&epoch=1&hop=2&attempt=3#rc=5&rp=5xx,ct,rt`,
  });
});

test('a messaging service sends in place of a number', async () => {
  const service = `MG${'a'.repeat(32)}`;
  const delivery = deliveryTo('+14155550123');
  await providerAt(bed.sandbox.url, { TWILIO_FROM: service }).send(delivery, inTime());
  expect(await bed.sandbox.messagesOf(delivery.notificationId)).toMatchObject([{ from: service }]);
});

test('a limit says when to come back', async () => {
  const { url } = await bed.startVendor((_request, response) => {
    response
      .writeHead(429, { 'content-type': 'application/json', 'retry-after': '17' })
      .end(JSON.stringify({ code: 20429, message: 'Too Many Requests', status: 429 }));
  });
  const sending = providerAt(url).send(deliveryTo('+14155550123'), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'transient', retryAfterMs: 17_000 });
});

test('an answer that breaks off, and a yes that is no JSON, are unknown', async () => {
  const { url } = await bed.startVendor((request, response) => {
    response.writeHead(201, { 'content-type': 'application/json', 'content-length': '100' });
    response.write('{"sid": "SM');
    setImmediate(() => request.socket.destroy());
  });
  const cutOff = providerAt(url).send(deliveryTo('+14155550123'), inTime());
  await expect(cutOff).rejects.toMatchObject({ errorClass: 'unknown' });

  const page = await bed.startVendor((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome to the hotel</html>');
  });
  const unreadable = providerAt(page.url).send(deliveryTo('+14155550123'), inTime());
  await expect(unreadable).rejects.toMatchObject({ errorClass: 'unknown', errorCode: 'unreadable_answer' });
});

test('a vendor that is not there is transient', async () => {
  const sending = providerAt('http://127.0.0.1:1').send(deliveryTo('+14155550123'), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'transient', errorCode: 'ECONNREFUSED' });
});

test('connections are kept and used again', async () => {
  const sockets = new Set<unknown>();
  const { url, server } = await bed.startVendor((_request, response) => {
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ sid: 'SM1' }));
  });
  server.on('connection', (socket) => sockets.add(socket));
  const provider = providerAt(url);
  for (let count = 0; count < 10; count += 1) await provider.send(deliveryTo('+14155550123'), inTime());
  // Not one: undici lets a connection rest for a turn of the event loop after each answer.
  expect(sockets.size).toBeLessThanOrEqual(2);
});
