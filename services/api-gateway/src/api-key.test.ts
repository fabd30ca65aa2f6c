import { expect, test } from '@jest/globals';
import { API_KEY_PATTERN, apiKeyId, hashApiKey, matchesApiKey, newApiKey } from './api-key.ts';

const key = `nk_live_abcdef12_${'s'.repeat(43)}`;

test('the id of a key can be read without knowing the secret', () => {
  expect(apiKeyId(key)).toBe('abcdef12');
  expect(apiKeyId(`nk_test_abcdef12_a_b-${'s'.repeat(40)}`)).toBe('abcdef12');
});

test('what does not look like a key has no id', () => {
  for (const wrong of [
    '',
    'nk_live_abcdef12_short',
    key.replace('nk_', 'xx_'),
    `${key} `,
    `nk_prod_abcdef12_${'s'.repeat(43)}`,
  ]) {
    expect(apiKeyId(wrong)).toBeUndefined();
  }
});

test('only the very key matches its hash', () => {
  const stored = { id: 'abcdef12', keyHash: hashApiKey(key), scopes: [] };
  expect(matchesApiKey(key, stored)).toBe(true);
  expect(matchesApiKey(`${key}x`, stored)).toBe(false);
  expect(stored.keyHash.toString('utf8')).not.toContain('ssss');
});

test('a new key is of the form that is looked for, and no two are alike', () => {
  const made = newApiKey('test');
  expect(made).toMatch(API_KEY_PATTERN);
  expect(newApiKey('test')).not.toBe(made);
  expect(apiKeyId(newApiKey('live', 'abcdef12'))).toBe('abcdef12');
});

test('after a rotation the key before it matches as well', () => {
  const stored = { id: 'abcdef12', keyHash: hashApiKey(newApiKey('live')), previousHash: hashApiKey(key), scopes: [] };
  expect(matchesApiKey(key, stored)).toBe(true);
});
