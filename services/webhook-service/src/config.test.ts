import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const env = {
  RABBITMQ_URL: 'amqp://localhost',
  DATABASE_URL: 'postgres://localhost/webhook',
  SERVICE_TOKEN_SECRET: 's'.repeat(32),
  WEBHOOK_ENCRYPTION_KEY: 'k'.repeat(32),
};

test('private addresses are allowed in development, and in production only where somebody says so', () => {
  expect(readConfig(env).WEBHOOK_ALLOW_PRIVATE).toBe(true);
  expect(readConfig({ ...env, WEBHOOK_ALLOW_PRIVATE: 'false' }).WEBHOOK_ALLOW_PRIVATE).toBe(false);
  const production = { ...env, NODE_ENV: 'production' };
  expect(readConfig(production).WEBHOOK_ALLOW_PRIVATE).toBe(false);
  expect(readConfig({ ...production, WEBHOOK_ALLOW_PRIVATE: 'true' }).WEBHOOK_ALLOW_PRIVATE).toBe(true);
});

test('the schedule of tries is a list of seconds', () => {
  expect(readConfig(env).WEBHOOK_RETRY_SECONDS).toHaveLength(10);
  expect(readConfig({ ...env, WEBHOOK_RETRY_SECONDS: '0, 5,300' }).WEBHOOK_RETRY_SECONDS).toEqual([0, 5, 300]);
  for (const wrong of ['soon', '0,', '-1', '1.5', '90000', Array(21).fill('1').join()]) {
    expect(() => readConfig({ ...env, WEBHOOK_RETRY_SECONDS: wrong })).toThrow(
      'WEBHOOK_RETRY_SECONDS must be up to 20',
    );
  }
});

test('a key that is too short is refused', () => {
  expect(() => readConfig({ ...env, WEBHOOK_ENCRYPTION_KEY: 'short' })).toThrow('WEBHOOK_ENCRYPTION_KEY');
});
