import { expect, test } from '@jest/globals';
import { canonicalLocale } from './canonical-locale.ts';

test.each([
  ['en', 'en'],
  ['FR', 'fr'],
  ['fr_ca', 'fr-CA'],
  ['ZH-hant-tw', 'zh-Hant-TW'],
  ['es-419', 'es-419'],
  ['de-1996', 'de-1996'],
  ['IW', 'iw'],
])('%s is spelled %s', (given, expected) => {
  expect(canonicalLocale(given)).toBe(expected);
});
