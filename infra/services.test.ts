import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
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
