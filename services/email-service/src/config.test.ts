import { expect, test } from '@jest/globals';
import { readConfig } from './config.ts';

const env = {
  RABBITMQ_URL: 'amqp://localhost',
  REDIS_URL: 'redis://localhost',
  SERVICE_TOKEN_SECRET: 'x'.repeat(32),
};

test('in development mail goes to the sandbox unless something else is said', () => {
  expect(readConfig(env)).toMatchObject({ PORT: 8004, SMTP_HOST: 'localhost', SMTP_PORT: 1025, SMTP_SECURE: 'none' });
});

test('production does not start until it is told where mail goes, how and from whom', () => {
  expect(() => readConfig({ ...env, NODE_ENV: 'production' })).toThrow(
    /SMTP_HOST is required.*SMTP_PORT is required.*SMTP_SECURE is required.*MAIL_FROM is required/s,
  );
});

test('a name without a password is refused', () => {
  expect(() => readConfig({ ...env, SMTP_USER: 'acme' })).toThrow(/SMTP_PASSWORD is required/);
});

test('a sender that is no address is refused', () => {
  expect(() => readConfig({ ...env, MAIL_FROM: 'Acme' })).toThrow(/MAIL_FROM/);
});
