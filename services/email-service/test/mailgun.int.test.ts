import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Provider } from '@notify/channel-worker';
import { inTime, openProviderBed, type ProviderBed } from '@notify/testing';
import { createMailgunProvider } from '../src/providers/mailgun.ts';
import { mailApiCases } from './mail-api-cases.ts';
import { mailTo } from './mail-to.ts';

let bed: ProviderBed;
beforeAll(async () => {
  bed = await openProviderBed();
});
afterEach(() => bed.endTest());
afterAll(() => bed?.close());

function providerAt(url: string): Provider {
  return bed.untilTestEnds(
    createMailgunProvider({
      MAILGUN_API_KEY: 'a-key',
      MAILGUN_DOMAIN: 'mail.acme.test',
      MAILGUN_REGION: 'us',
      MAILGUN_API_URL: url,
      MAIL_FROM: 'Acme <no-reply@mail.acme.test>',
    }),
  );
}

describe('a mail API', () => mailApiCases(() => bed, providerAt));

test('the request carries the key, and the ids of the attempt for the receipt to repeat', async () => {
  let seen: { url: string; authorization: string; form: Record<string, unknown> } | undefined;
  const { url } = await bed.startVendor(async (request, response) => {
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
  const delivery = mailTo('ada@example.test');
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

test('an address that Mailgun refuses is named by its parameter', async () => {
  const sending = providerAt(bed.sandbox.url).send(mailTo('bounce@sandbox.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorCode: 'http_400/to' });
});

test('a limit says when to come back', async () => {
  const { url } = await bed.startVendor((_request, response) => {
    response.writeHead(429, { 'Retry-After': '17' }).end('{"message":"Too many requests"}');
  });
  await expect(providerAt(url).send(mailTo('a@example.test'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'http_429',
    retryAfterMs: 17_000,
  });
});

test("a recipient's variables are Mailgun's to fill in, so that content that looks like one goes out alone", async () => {
  const deliveries = [1, 2].map((n) => mailTo(`${n}@example.test`, { body: 'Dear %recipient.name%' }));
  const sending = providerAt(bed.sandbox.url).sendBatch?.(deliveries, inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'permanent', errorCode: 'recipient_variable' });
});
