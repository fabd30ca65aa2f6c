import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const env = {
  RABBITMQ_URL: 'amqp://localhost',
  REDIS_URL: 'redis://localhost',
  SERVICE_TOKEN_SECRET: 'x'.repeat(32),
  PUBLIC_URL: 'https://notify.acme.test',
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+15005550006',
};

test('towards Twilio itself no receipts are asked for unless we say where we can be reached', () => {
  const config = readConfig({ ...env, NODE_ENV: 'production' });
  expect(config).toMatchObject({ PORT: 8006, SMS_PROVIDERS: ['twilio'] });
  expect(config.TWILIO_API_URL).toBeUndefined();
  expect(config.TWILIO_STATUS_CALLBACK_BASE).toBeUndefined();
});

test('towards the sandbox there is always a status callback', () => {
  const config = readConfig({ ...env, TWILIO_API_URL: 'http://localhost:8025' });
  expect(config.TWILIO_STATUS_CALLBACK_BASE).toBe('http://localhost:8001');
});

test('production does not start with the sandbox for a vendor', () => {
  const sandboxed = { ...env, TWILIO_API_URL: 'http://localhost:8025', NODE_ENV: 'production' };
  expect(() => readConfig(sandboxed)).toThrow(/TWILIO_API_URL/);
  expect(readConfig({ ...sandboxed, ALLOW_VENDOR_OVERRIDES: 'true' }).TWILIO_API_URL).toBe('http://localhost:8025');
});

test('everything that is wrong is said at once', () => {
  const wrong = { ...env, TWILIO_ACCOUNT_SID: 'SK-secret', TWILIO_AUTH_TOKEN: '', TWILIO_FROM: '+' };
  expect(() => readConfig(wrong)).toThrow(/TWILIO_ACCOUNT_SID.*TWILIO_AUTH_TOKEN.*TWILIO_FROM/s);
});
