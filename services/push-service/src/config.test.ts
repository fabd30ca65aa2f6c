import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const env = {
  RABBITMQ_URL: 'amqp://localhost',
  REDIS_URL: 'redis://localhost',
  SERVICE_TOKEN_SECRET: 'x'.repeat(32),
  PUBLIC_URL: 'https://notify.acme.test',
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

test('what belongs to a provider is needed only where it is named', () => {
  const { FCM_PROJECT_ID: _unused, ...bare } = env;
  const keys = { ONESIGNAL_APP_ID: '5fa5dcf1-1d3e-4a6e-a2c0-3f1e8f8a4b11', ONESIGNAL_API_KEY: 'os_v2_app_key' };
  expect(() => readConfig(bare)).toThrow(/FCM_PROJECT_ID is required.*FCM_SERVICE_ACCOUNT is required/s);
  expect(() => readConfig({ ...bare, PUSH_PROVIDERS: 'onesignal' })).toThrow(
    /ONESIGNAL_APP_ID is required.*ONESIGNAL_API_KEY is required/s,
  );
  const config = readConfig({ ...bare, ...keys, NODE_ENV: 'production', PUSH_PROVIDERS: 'onesignal' });
  expect(config.PUSH_PROVIDERS).toEqual(['onesignal']);
  expect(() =>
    readConfig({
      ...bare,
      ...keys,
      NODE_ENV: 'production',
      PUSH_PROVIDERS: 'onesignal',
      ONESIGNAL_API_URL: 'http://x',
    }),
  ).toThrow(/ONESIGNAL_API_URL is not the vendor's own address/);
});

test('both push providers can be in use, each with its own settings', () => {
  const keys = { ONESIGNAL_APP_ID: '5fa5dcf1-1d3e-4a6e-a2c0-3f1e8f8a4b11', ONESIGNAL_API_KEY: 'os_v2_app_key' };
  const both = { ...env, PUSH_PROVIDERS: 'onesignal,fcm', FCM_API_URL: 'http://localhost:8025' };
  expect(readConfig({ ...both, ...keys }).PUSH_PROVIDERS).toEqual(['onesignal', 'fcm']);
  expect(() => readConfig(both)).toThrow(/ONESIGNAL_APP_ID is required/);
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
