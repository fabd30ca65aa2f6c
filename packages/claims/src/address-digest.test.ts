import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createAddressDigest } from './address-digest.ts';

const digestOf = createAddressDigest('a-secret-of-the-tests-that-is-long-enough');

test('an address has one digest, in whatever case it is written', () => {
  expect(digestOf('Ada@Example.com')).toBe(digestOf('ada@example.COM'));
  expect(digestOf('ada@example.com')).not.toBe(digestOf('bob@example.com'));
  expect(digestOf('ada@example.com')).toMatch(/^[\w-]{22}$/);
});

test('without the secret no digest can be made, so that nobody finds a phone number by trying them all', () => {
  const other = createAddressDigest('another-secret-of-the-tests-long-enough');
  const plain = createHash('sha256').update('+14155550123').digest().subarray(0, 16).toString('base64url');
  expect(new Set([digestOf('+14155550123'), other('+14155550123'), plain]).size).toBe(3);
});

test('every process makes the same one of the same secret', () => {
  expect(createAddressDigest('a-secret-of-the-tests-that-is-long-enough')('+14155550123')).toBe(
    digestOf('+14155550123'),
  );
});
