import { expect, test } from '@jest/globals';
import { createSealedSecrets } from './sealed-secrets.ts';

const secrets = createSealedSecrets('a key of the tests that is long enough');

test('a sealed secret opens again, and does not show what is in it', () => {
  const sealed = secrets.seal('whsec_abc', 'one');
  expect(sealed.includes('whsec')).toBe(false);
  expect(secrets.open(sealed, 'one')).toBe('whsec_abc');
  // Another nonce each time.
  expect(secrets.seal('whsec_abc', 'one').equals(sealed)).toBe(false);
});

test('it does not open with another key, for another webhook, or when a bit of it was changed', () => {
  const sealed = secrets.seal('whsec_abc', 'one');
  expect(() => createSealedSecrets('another key, just as long as that').open(sealed, 'one')).toThrow();
  expect(() => secrets.open(sealed, 'two')).toThrow();
  for (const index of [0, 12, sealed.length - 1]) {
    const changed = Buffer.from(sealed);
    changed[index] = (changed[index] ?? 0) ^ 1;
    expect(() => secrets.open(changed, 'one')).toThrow();
  }
});
