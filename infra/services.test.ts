import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readConfig as readGatewayConfig } from '../services/api-gateway/src/config.ts';
import { sendgridPublicKey } from '../services/provider-sandbox/src/sendgrid-receipt.ts';
import { MAX_WEBHOOKS } from '../services/webhook-service/src/webhook-store.ts';
import type { Settings } from './local/env-file.ts';
import type { Instance } from './local/instance.ts';
import { projectDir } from './local/paths.ts';
import { configuredPorts } from './local/ports.ts';
import { serviceEnvironment, services } from './services.ts';

const secrets = {
  API_KEY: 'nk_live_1_secret-api',
  SERVICE_TOKEN_SECRET: 'secret-token',
  RABBITMQ_USER: 'notify',
  RABBITMQ_PASSWORD: 'secret-rabbit/+',
  RABBITMQ_OPERATOR_PASSWORD: 'secret-operator',
  REDIS_PASSWORD: 'secret-redis',
  USER_DB_PASSWORD: 'secret-user-db',
  CORE_DB_PASSWORD: 'secret-core-db',
};

function environmentOf(name: string, settings: Settings = {}): Record<string, string> {
  const service = services.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`no service ${name}`);
  const instance: Instance = {
    name: 'test',
    dir: '/nowhere',
    ports: configuredPorts({}),
    settings: { ...secrets, ...settings },
  };
  return serviceEnvironment(service, instance);
}

test('every service of the table has a folder, and a port of its own', () => {
  expect(services.filter(({ name }) => !existsSync(join(projectDir, 'services', name, 'package.json')))).toEqual([]);
  expect(new Set(services.map(({ portKey }) => portKey)).size).toBe(services.length);
});

test('a service gets the addresses that it needs, with the secrets written for an address', () => {
  const environment = environmentOf('user-service');
  expect(environment['DATABASE_URL']).toBe('postgres://user_service:secret-user-db@127.0.0.1:5434/user_db');
  expect(environment['RABBITMQ_URL']).toBe('amqp://notify:secret-rabbit%2F%2B@127.0.0.1:5673');
  expect(environment['PORT']).toBe('8002');
});

test('a service gets no secret that it does not need', () => {
  expect(JSON.stringify(environmentOf('provider-sandbox'))).not.toContain('secret');
  expect(JSON.stringify(environmentOf('template-service'))).not.toMatch(/secret-(api|operator|redis|core-db)/);
  expect(JSON.stringify(environmentOf('sms-service', { SENDGRID_API_KEY: 'secret-sendgrid' }))).not.toContain(
    'secret-sendgrid',
  );
  expect(environmentOf('api-gateway')['API_KEY']).toBe(secrets.API_KEY);
});

test('what encrypts the secrets of webhooks reaches webhook-service alone', () => {
  const settings = { WEBHOOK_ENCRYPTION_KEY: 'secret-webhooks', WEBHOOK_SERVICE_URL: 'http://elsewhere:8009' };
  for (const { name } of services) {
    expect([name, 'WEBHOOK_ENCRYPTION_KEY' in environmentOf(name, settings)]).toEqual([
      name,
      name === 'webhook-service',
    ]);
  }
  expect(environmentOf('api-gateway', settings)['WEBHOOK_SERVICE_URL']).toBe('http://elsewhere:8009');
});

test('every webhook may hang in a name server at once, and names are still resolved', () => {
  // Of libuv's threads, half at most do slow work such as this.
  expect(Number(environmentOf('webhook-service')['UV_THREADPOOL_SIZE']) / 2).toBeGreaterThan(MAX_WEBHOOKS);
});

test('of the vendors the gateway gets what verifies their receipts, and nothing to send with', () => {
  const verifying = {
    SENDGRID_WEBHOOK_PUBLIC_KEY: 'a-public-key',
    MAILGUN_WEBHOOK_SIGNING_KEY: 'a-signing-key',
    TWILIO_AUTH_TOKEN: 'a-token',
    TWILIO_STATUS_CALLBACK_BASE: 'https://notify.example.com',
    ONESIGNAL_WEBHOOK_SECRET_FILE: '/run/secrets/onesignal',
  };
  const sending = {
    SENDGRID_API_KEY: 'secret',
    MAILGUN_API_KEY: 'secret',
    TWILIO_ACCOUNT_SID: 'secret',
    ONESIGNAL_API_KEY: 'secret',
    SMTP_PASSWORD: 'secret',
    FCM_SERVICE_ACCOUNT: 'secret',
  };
  const environment = environmentOf('api-gateway', { ...verifying, ...sending });
  expect(environment).toMatchObject(verifying);
  for (const key of Object.keys(sending)) expect(environment).not.toHaveProperty(key);
  expect(environmentOf('user-service', verifying)).not.toMatchObject({ TWILIO_AUTH_TOKEN: 'a-token' });
});

test('a setting of .env wins over the wired address when it is not empty', () => {
  expect(environmentOf('email-service')['SMTP_HOST']).toBe('127.0.0.1');
  expect(environmentOf('email-service', { SMTP_HOST: '' })['SMTP_HOST']).toBe('127.0.0.1');
  const real = environmentOf('email-service', { SMTP_HOST: 'mail.example.com', SMTP_PASSWORD: 'own' });
  expect(real).toMatchObject({ SMTP_HOST: 'mail.example.com', SMTP_PASSWORD: 'own' });
});

test('where a service listens and stores is not for .env to say', () => {
  const environment = environmentOf('status-service', {
    PORT: '1',
    HOST: '0.0.0.0',
    DATABASE_URL: 'postgres://elsewhere/x',
  });
  expect(environment).toMatchObject({ PORT: '8008', HOST: '127.0.0.1' });
  expect(environment['DATABASE_URL']).toContain('/status_db');
});

test("the gateway verifies the sandbox's receipts as long as the sandbox stands for the vendor", () => {
  const environment = environmentOf('api-gateway');
  expect(environment).toMatchObject({
    SENDGRID_WEBHOOK_PUBLIC_KEY: sendgridPublicKey,
    MAILGUN_WEBHOOK_SIGNING_KEY: environmentOf('email-service')['MAILGUN_API_KEY'],
    TWILIO_AUTH_TOKEN: environmentOf('sms-service')['TWILIO_AUTH_TOKEN'],
    TWILIO_STATUS_CALLBACK_BASE: environmentOf('sms-service')['TWILIO_STATUS_CALLBACK_BASE'],
    ONESIGNAL_WEBHOOK_SECRET: environmentOf('push-service')['ONESIGNAL_API_KEY'],
  });
  expect(() => readGatewayConfig(environment)).not.toThrow("is the sandbox's");
  expect(() => readGatewayConfig({ ...environment, SENDGRID_API_URL: 'https://api.sendgrid.com' })).toThrow(
    "SENDGRID_WEBHOOK_PUBLIC_KEY is the sandbox's",
  );
  const real = environmentOf('api-gateway', { SENDGRID_API_URL: 'https://api.sendgrid.com' });
  expect(real['SENDGRID_API_URL']).toBe('https://api.sendgrid.com');
  expect(real).not.toHaveProperty('SENDGRID_WEBHOOK_PUBLIC_KEY');
});

test("the sandbox's account is used with the sandbox only", () => {
  expect(environmentOf('sms-service')['TWILIO_AUTH_TOKEN']).toBe('sandbox');
  const real = environmentOf('sms-service', { TWILIO_API_URL: 'https://api.twilio.com' });
  expect(real['TWILIO_API_URL']).toBe('https://api.twilio.com');
  expect(real).not.toHaveProperty('TWILIO_AUTH_TOKEN');
  expect(environmentOf('email-service')['SENDGRID_API_KEY']).toBe('SG.sandbox');
  expect(environmentOf('email-service', { SENDGRID_API_URL: 'https://api.sendgrid.com' })).not.toHaveProperty(
    'SENDGRID_API_KEY',
  );
});
