import { expect, test } from '@jest/globals';
import { createServiceTokens } from '@notify/service-kit';
import { createUserTokens } from './user-tokens.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const refusal = { code: 'unauthorized' };

test('a token names its user and says until when, on every instance with the secret', async () => {
  const { token, expires_at } = await createUserTokens(SECRET, 900).issue('ada');
  expect(await createUserTokens(SECRET, 900).verify(token)).toEqual({
    userId: 'ada',
    issuedAt: new Date(Date.parse(expires_at) - 900_000),
    expiresAt: new Date(expires_at),
  });
  const lifetimeMs = Date.parse(expires_at) - Date.now();
  expect(lifetimeMs).toBeGreaterThan(890_000);
  expect(lifetimeMs).toBeLessThanOrEqual(900_000);
});

test('an expired one, one of another secret, a changed one and one without a signature are refused', async () => {
  const tokens = createUserTokens(SECRET, 900);
  const { token } = await tokens.issue('ada');
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const forBob = Buffer.from(JSON.stringify({ sub: 'bob', aud: 'user', exp: 9_999_999_999 })).toString('base64url');
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  for (const bad of [
    (await createUserTokens(SECRET, -1).issue('ada')).token,
    (await createUserTokens(`${SECRET}!`, 900).issue('ada')).token,
    `${header}.${forBob}.${signature}`,
    `${unsigned}.${payload}.`,
    '',
    'a.b.c',
  ]) {
    await expect(tokens.verify(bad)).rejects.toMatchObject(refusal);
  }
});

test('a service token is no user token, even of a service with the right name', async () => {
  const serviceToken = await createServiceTokens(SECRET, 'api-gateway')('user');
  await expect(createUserTokens(SECRET, 900).verify(serviceToken)).rejects.toMatchObject(refusal);
});
