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
    /PUBLIC_URL is required.*SMTP_HOST is required.*SMTP_PORT is required.*SMTP_SECURE is required.*MAIL_FROM is required/s,
  );
});

test('a name without a password is refused', () => {
  expect(() => readConfig({ ...env, SMTP_USER: 'acme' })).toThrow(/SMTP_PASSWORD is required/);
});

test('a sender that is no address is refused', () => {
  expect(() => readConfig({ ...env, MAIL_FROM: 'Acme' })).toThrow(/MAIL_FROM/);
});

const production = {
  ...env,
  NODE_ENV: 'production',
  EMAIL_PROVIDERS: 'sendgrid',
  SENDGRID_API_KEY: 'SG.a-key',
  MAIL_FROM: 'a@acme.test',
  PUBLIC_URL: 'https://notify.acme.test',
};

test('what belongs to a provider is needed only where the order names it', () => {
  expect(readConfig(production)).toMatchObject({ EMAIL_PROVIDERS: ['sendgrid'], SENDGRID_REGION: 'global' });
  expect(() => readConfig({ ...env, EMAIL_PROVIDERS: 'smtp,sendgrid' })).toThrow(/SENDGRID_API_KEY is required/);
  expect(() => readConfig({ ...env, EMAIL_PROVIDERS: 'mailgun' })).toThrow(
    /MAILGUN_API_KEY is required.*MAILGUN_DOMAIN is required/s,
  );
  expect(() => readConfig({ ...production, EMAIL_PROVIDERS: 'sendgrid,smtp' })).toThrow(/SMTP_HOST is required/);
});

test('production does not start with the sandbox for a vendor', () => {
  const sandboxed = { ...production, SENDGRID_API_URL: 'http://localhost:8025' };
  expect(() => readConfig(sandboxed)).toThrow(/SENDGRID_API_URL is not the vendor's own address/);
  expect(() => readConfig({ ...production, MAILGUN_API_URL: 'http://localhost:8025' })).toThrow(/MAILGUN_API_URL/);
  expect(readConfig({ ...sandboxed, ALLOW_VENDOR_OVERRIDES: 'true' }).SENDGRID_API_URL).toBe('http://localhost:8025');
});
