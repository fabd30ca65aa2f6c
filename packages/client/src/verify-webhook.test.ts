import { createHmac } from 'node:crypto';
import { afterEach, expect, jest, test } from '@jest/globals';
import { verifyWebhook, WebhookVerificationError } from './verify-webhook.ts';

/** The vector of the specification's reference libraries (standard-webhooks/standard-webhooks, libraries/javascript). */
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const timestamp = 1_614_265_330;
const payload = '{"test": 2432232314}';
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const other = 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=';

const headers = (more: Record<string, string> = {}) => ({
  'webhook-id': id,
  'webhook-timestamp': String(timestamp),
  'webhook-signature': signature,
  ...more,
});
const refused = (promise: Promise<unknown>) => expect(promise).rejects.toThrow(WebhookVerificationError);
const setClock = (seconds: number) => jest.spyOn(Date, 'now').mockReturnValue(seconds * 1000);

afterEach(() => {
  jest.restoreAllMocks();
});

test('what the reference libraries sign is verified, and its payload given', async () => {
  setClock(timestamp);
  expect(await verifyWebhook(payload, headers(), secret)).toEqual({ test: 2432232314 });
  expect(await verifyWebhook(new TextEncoder().encode(payload), new Headers(headers()), secret)).toEqual({
    test: 2432232314,
  });
  expect(await verifyWebhook(payload, headers(), secret.slice('whsec_'.length))).toEqual({ test: 2432232314 });
});

test('one of several signatures is enough, whatever the others are', async () => {
  setClock(timestamp);
  const several = `v1a,AAAA ${other} v1,%%% ${signature}`;
  expect(await verifyWebhook(payload, headers({ 'webhook-signature': several }), secret)).toBeDefined();
});

test('another body, id, time, secret or version is refused', async () => {
  setClock(timestamp);
  await refused(verifyWebhook('{"test": 2432232315}', headers(), secret));
  await refused(verifyWebhook(payload, headers({ 'webhook-id': 'msg_other' }), secret));
  await refused(verifyWebhook(payload, headers({ 'webhook-timestamp': String(timestamp + 1) }), secret));
  await refused(verifyWebhook(payload, headers(), `whsec_${btoa('another secret')}`));
  await refused(verifyWebhook(payload, headers({ 'webhook-signature': other }), secret));
  await refused(verifyWebhook(payload, headers({ 'webhook-signature': signature.replace('v1', 'v2') }), secret));
  await refused(verifyWebhook(payload, headers({ 'webhook-signature': '' }), secret));
});

test('it is taken up to 5 minutes before and after, and no further', async () => {
  for (const offset of [-300, 300]) {
    setClock(timestamp + offset);
    expect(await verifyWebhook(payload, headers(), secret)).toBeDefined();
    setClock(timestamp + offset + Math.sign(offset));
    await refused(verifyWebhook(payload, headers(), secret));
  }
});

test('a missing header and a time that is none are refused', async () => {
  setClock(timestamp);
  for (const name of ['webhook-id', 'webhook-timestamp', 'webhook-signature']) {
    await refused(verifyWebhook(payload, { ...headers(), [name]: undefined }, secret));
  }
  for (const time of ['soon', '', '1e9', ' 1614265330']) {
    const signed = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
      .update(`${id}.${time}.${payload}`)
      .digest('base64');
    const forged = headers({ 'webhook-timestamp': time, 'webhook-signature': `v1,${signed}` });
    await refused(verifyWebhook(payload, forged, secret));
  }
});

test('a secret that is none is a mistake of the caller', async () => {
  setClock(timestamp);
  await expect(verifyWebhook(payload, headers(), '')).rejects.toThrow(TypeError);
  await expect(verifyWebhook(payload, headers(), 'whsec_***')).rejects.toThrow(TypeError);
});
