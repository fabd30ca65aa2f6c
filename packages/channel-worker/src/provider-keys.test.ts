import { expect, test } from '@jest/globals';
import { loadConfig } from '@notify/service-kit';
import { providerOrder, vendorOverrideKeys, vendorUrl } from './provider-keys.ts';

interface Config {
  NODE_ENV?: string;
  ALLOW_VENDOR_OVERRIDES: boolean;
  VENDOR_URL?: string;
}
const keys = { ...vendorOverrideKeys, VENDOR_URL: vendorUrl() };
const read = (env: NodeJS.ProcessEnv) => loadConfig<Config>(keys, env);

test("an address that is not the vendor's is taken in development", () => {
  expect(read({ VENDOR_URL: 'http://localhost:8025' }).VENDOR_URL).toBe('http://localhost:8025');
});

test("an address that is not the vendor's is refused in production", () => {
  expect(() => read({ VENDOR_URL: 'http://localhost:8025', NODE_ENV: 'production' })).toThrow(
    /VENDOR_URL is not the vendor's own address.*ALLOW_VENDOR_OVERRIDES=true/,
  );
});

test('production takes another address when it is allowed explicitly, and none at all always', () => {
  const env = { VENDOR_URL: 'http://localhost:8025', NODE_ENV: 'production', ALLOW_VENDOR_OVERRIDES: 'true' };
  expect(read(env).VENDOR_URL).toBe('http://localhost:8025');
  expect(read({ NODE_ENV: 'production' }).VENDOR_URL).toBeUndefined();
});

test('what is no address is refused everywhere', () => {
  expect(() => read({ VENDOR_URL: 'localhost' })).toThrow(/VENDOR_URL must be a valid uri/);
  expect(() => read({ VENDOR_URL: 'nonsense', NODE_ENV: 'production', ALLOW_VENDOR_OVERRIDES: 'true' })).toThrow(
    /VENDOR_URL must be a valid uri/,
  );
});

test('providers keep the order in which they are named, and the first known one is the default', () => {
  const order = { PROVIDERS: providerOrder(['smtp', 'sendgrid']) };
  expect(loadConfig<{ PROVIDERS: string[] }>(order, { PROVIDERS: 'sendgrid, smtp' }).PROVIDERS).toEqual([
    'sendgrid',
    'smtp',
  ]);
  expect(loadConfig<{ PROVIDERS: string[] }>(order, {}).PROVIDERS).toEqual(['smtp']);
});

test.each(['smpt', 'smtp,smtp', 'smtp,'])('the provider list "%s" is refused', (value) => {
  expect(() => loadConfig({ PROVIDERS: providerOrder(['smtp', 'sendgrid']) }, { PROVIDERS: value })).toThrow(
    /PROVIDERS must name providers, each once, out of: smtp, sendgrid/,
  );
});
