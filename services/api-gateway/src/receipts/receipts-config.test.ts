import { expect, test } from '@jest/globals';
import { loadConfig } from '@notify/service-kit';
import { receiptsKeys } from './receipts-config.ts';

/** infra/services.test.ts holds it to be the sandbox's. */
const sandboxSendgridKey =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9fRLEQHv0s7xaQrFaN9aQYocaAK/vTTXjyzcqQru7aMUTMIxaVAzu1cG0qlsZc9snOxHtiBHzvlejEfdMHVLgw==';

test('without any vendor the gateway starts', () => {
  expect(loadConfig(receiptsKeys, {})).toEqual({});
});

test("what is no key of SendGrid's is found at the start, not with the first receipt", () => {
  const shown =
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==';
  expect(loadConfig(receiptsKeys, { SENDGRID_WEBHOOK_PUBLIC_KEY: shown })).toEqual({
    SENDGRID_WEBHOOK_PUBLIC_KEY: shown,
  });
  expect(() => loadConfig(receiptsKeys, { SENDGRID_WEBHOOK_PUBLIC_KEY: 'SG.an-api-key' })).toThrow(
    'SENDGRID_WEBHOOK_PUBLIC_KEY must be the verification key',
  );
});

test.each([
  ['SENDGRID_WEBHOOK_PUBLIC_KEY', 'SENDGRID_API_URL', sandboxSendgridKey],
  ['MAILGUN_WEBHOOK_SIGNING_KEY', 'MAILGUN_API_URL', 'sandbox'],
  ['TWILIO_AUTH_TOKEN', 'TWILIO_API_URL', 'sandbox'],
  ['ONESIGNAL_WEBHOOK_SECRET', 'ONESIGNAL_API_URL', 'sandbox'],
])('%s may be what the sandbox signs with only while %s is the sandbox', (key, addressKey, sandboxValue) => {
  const read = (env: Record<string, string>) => loadConfig(receiptsKeys, { [key]: sandboxValue, ...env });
  for (const sandbox of ['http://localhost:8025', 'http://127.0.0.1:8025/', 'http://provider-sandbox:8025']) {
    expect(read({ [addressKey]: sandbox })).toMatchObject({ [key]: sandboxValue });
  }
  const inProduction = { NODE_ENV: 'production', [addressKey]: 'http://localhost:8025' };
  for (const env of [
    {},
    inProduction,
    { [addressKey]: 'https://api.vendor.com' },
    { [addressKey]: 'http://localhost.evil.com' },
  ]) {
    expect(() => read(env)).toThrow(`${key} is the sandbox's`);
  }
});
