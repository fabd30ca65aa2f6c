import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Provider } from '@notify/channel-worker';
import { inTime, openProviderBed, type ProviderBed } from '@notify/testing';
import { createSendgridProvider } from '../src/providers/sendgrid.ts';
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
    createSendgridProvider({
      SENDGRID_API_KEY: 'SG.a-key',
      SENDGRID_REGION: 'global',
      SENDGRID_API_URL: url,
      MAIL_FROM: 'Acme <no-reply@mail.acme.test>',
    }),
  );
}

describe('a mail API', () => mailApiCases(() => bed, providerAt));

test('the request carries the key, and the ids of the attempt for the receipt to repeat', async () => {
  let seen: { url: string; authorization: string; body: Record<string, unknown> } | undefined;
  const { url } = await bed.startVendor(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    seen = { url: request.url ?? '', authorization: request.headers.authorization ?? '', body: JSON.parse(body) };
    response.writeHead(202, { 'X-Message-Id': 'sg-1' }).end();
  });
  const delivery = mailTo('ada@example.test');
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

test('an address that SendGrid refuses is named by its field', async () => {
  const sending = providerAt(bed.sandbox.url).send(mailTo('bounce@sandbox.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorCode: 'http_400/personalizations.0.to.0.email' });
});

test('a limit says when to come back, by Retry-After or by the reset', async () => {
  const limited = (headers: Record<string, string>) =>
    bed.startVendor((_request, response) => {
      response.writeHead(429, headers).end(JSON.stringify({ errors: [{ field: null, message: 'too many requests' }] }));
    });
  const { url: asked } = await limited({ 'Retry-After': '17', 'X-RateLimit-Reset': '1' });
  await expect(providerAt(asked).send(mailTo('a@example.test'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'http_429',
    retryAfterMs: 17_000,
  });

  const { url: reset } = await limited({ 'X-RateLimit-Reset': String(Math.floor(Date.now() / 1000) + 30) });
  const error: unknown = await providerAt(reset)
    .send(mailTo('a@example.test'), inTime())
    .catch((thrown: unknown) => thrown);
  const { retryAfterMs } = error as { retryAfterMs: number };
  expect(retryAfterMs).toBeGreaterThan(20_000);
  expect(retryAfterMs).toBeLessThanOrEqual(30_000);
});
