import { expect, test } from '@jest/globals';
import { loadConfig } from '@notify/service-kit';
import { receiptsKeys } from './receipts-config.ts';

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
