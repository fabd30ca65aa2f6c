import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const env = {
  RABBITMQ_URL: 'amqp://localhost',
  REDIS_URL: 'redis://localhost',
  SERVICE_TOKEN_SECRET: 'x'.repeat(32),
  FCM_PROJECT_ID: 'acme',
};
const account = { project_id: 'acme', client_email: 'push@acme.test', private_key: 'the-private-key' };

test('towards FCM itself a service account is needed, and it may be a file', () => {
  expect(() => readConfig(env)).toThrow(/FCM_SERVICE_ACCOUNT is required/);
  const config = readConfig({ ...env, NODE_ENV: 'production', FCM_SERVICE_ACCOUNT: JSON.stringify(account) });
  expect(config).toMatchObject({ PORT: 8005, PUSH_PROVIDERS: ['fcm'], FCM_SERVICE_ACCOUNT: account });
});

test('towards the sandbox no service account is needed', () => {
  expect(readConfig({ ...env, FCM_API_URL: 'http://localhost:8025' }).FCM_SERVICE_ACCOUNT).toBeUndefined();
});

test('production does not start with the sandbox for a vendor', () => {
  const sandboxed = { ...env, FCM_API_URL: 'http://localhost:8025', NODE_ENV: 'production' };
  expect(() => readConfig(sandboxed)).toThrow(/FCM_API_URL is not the vendor's own address/);
  expect(readConfig({ ...sandboxed, ALLOW_VENDOR_OVERRIDES: 'true' }).FCM_API_URL).toBe('http://localhost:8025');
});

test('a service account that is not one is refused without a word of it', () => {
  for (const broken of ['{"private_key": "the-private-key"}', 'the-private-key']) {
    let message = '';
    try {
      readConfig({ ...env, FCM_SERVICE_ACCOUNT: broken });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/FCM_SERVICE_ACCOUNT must be the JSON of a service account key/);
    expect(message).not.toContain('the-private-key');
  }
});
