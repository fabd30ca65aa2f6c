import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const required = {
  DATABASE_URL: 'postgresql://u:p@localhost/status',
  RABBITMQ_URL: 'amqp://localhost',
  REDIS_URL: 'redis://localhost',
  SERVICE_TOKEN_SECRET: 'a-secret-of-the-tests-that-is-long-enough',
};

test('without settings of their own alerts go nowhere', () => {
  expect(readConfig(required).ALERT_EMAIL).toEqual([]);
  expect(readConfig(required).ALERT_WEBHOOK_URL).toBeUndefined();
});

test('alerts can go to several addresses', () => {
  const { ALERT_EMAIL: addresses } = readConfig({ ...required, ALERT_EMAIL: 'a@example.com, b@example.com' });
  expect(addresses).toEqual(['a@example.com', 'b@example.com']);
});

test.each(['a@example.com;b@example.com', 'operator', 'a@example.com,'])('%s is no list of addresses', (value) => {
  expect(() => readConfig({ ...required, ALERT_EMAIL: value })).toThrow(/ALERT_EMAIL must be email addresses/);
});
