import { expect, test } from '@jest/globals';
import { verifyWebhook, WebhookVerificationError } from '@notify/client';
import { newWebhookSecret, signWebhook } from './sign-webhook.ts';

test('it signs as the reference libraries of the specification do', () => {
  // Their own vector (standard-webhooks/standard-webhooks, libraries/javascript).
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
  expect(signWebhook(id, new Date(1_614_265_330_999), '{"test": 2432232314}', [secret])).toEqual({
    'webhook-id': id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('with two secrets either verifies, and a third does not', async () => {
  const [current, previous] = [newWebhookSecret(), newWebhookSecret()];
  const headers = signWebhook('id', new Date(), '{"a":1}', [current, previous]);
  expect(await verifyWebhook('{"a":1}', headers, current)).toEqual({ a: 1 });
  expect(await verifyWebhook('{"a":1}', headers, previous)).toEqual({ a: 1 });
  await expect(verifyWebhook('{"a":1}', headers, newWebhookSecret())).rejects.toThrow(WebhookVerificationError);
});

test('a secret has 32 bytes of its own', () => {
  expect(newWebhookSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(newWebhookSecret()).not.toBe(newWebhookSecret());
});
