import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openTestAuthority, type TestAuthority, type TestCertificate } from '@notify/testing';
import { httpKeys, loadConfig } from './config.ts';

let folder: string;
let authority: TestAuthority;
let own: TestCertificate;
let other: TestCertificate;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-certificates-'));
  authority = openTestAuthority(folder);
  own = authority.issue('own', ['localhost']);
  other = authority.issue('other', ['localhost']);
  writeFileSync(join(folder, 'empty.pem'), '');
  writeFileSync(join(folder, 'broken.pem'), '-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const read = (env: Record<string, string>) => loadConfig(httpKeys(8001), env);

test('a certificate and its key are read from files', () => {
  const config = read({ HTTPS_CERT_FILE: own.certFile, HTTPS_KEY_FILE: own.keyFile });
  expect(config).toMatchObject({ HTTPS_CERT: own.cert.trim(), HTTPS_KEY: own.key.trim() });
});

test('a certificate without a key and a key without a certificate are refused', () => {
  expect(() => read({ HTTPS_CERT: own.cert })).toThrow(/HTTPS_KEY is required/);
  expect(() => read({ HTTPS_KEY: own.key })).toThrow(/HTTPS_KEY is of no use without HTTPS_CERT/);
});

test('a key that belongs to another certificate is refused, and is not shown', () => {
  const reading = () => read({ HTTPS_CERT: own.cert, HTTPS_KEY: other.key });
  expect(reading).toThrow(/HTTPS_KEY: not the key of HTTPS_CERT/);
  expect(reading).not.toThrow(/PRIVATE/);
});

test('a key that can not be read is refused', () => {
  expect(() => read({ HTTPS_CERT: own.cert, HTTPS_KEY: 'secret' })).toThrow(
    /HTTPS_KEY: no unencrypted PEM private key in it$/,
  );
});

test('authorities of our own are taken from a file that holds some', () => {
  expect(read({ NODE_EXTRA_CA_CERTS: authority.caFile })).toMatchObject({ NODE_EXTRA_CA_CERTS: authority.caFile });
});

test.each([
  ['missing.pem', /NODE_EXTRA_CA_CERTS: cannot read \S+missing\.pem \(ENOENT\)/],
  ['empty.pem', /NODE_EXTRA_CA_CERTS: \S+empty\.pem: no PEM certificate in it/],
  ['broken.pem', /NODE_EXTRA_CA_CERTS: \S+broken\.pem: /],
])('authorities in %s are refused at start, where Node would only warn', (file, problem) => {
  expect(() => read({ NODE_EXTRA_CA_CERTS: join(folder, file) })).toThrow(problem);
});

test('a file that a setting names and that is empty is refused', () => {
  expect(() => read({ HTTPS_CERT_FILE: join(folder, 'empty.pem') })).toThrow(/HTTPS_CERT_FILE: \S+empty\.pem is empty/);
});
