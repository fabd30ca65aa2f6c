import { expect, test } from '@jest/globals';
import { smsSizeOf } from './sms-size.ts';

test.each([
  ['nothing', '', 'gsm-7', 0, 1],
  ['a full GSM-7 message', 'a'.repeat(160), 'gsm-7', 160, 1],
  ['one character more', 'a'.repeat(161), 'gsm-7', 161, 2],
  ['two full parts', 'a'.repeat(306), 'gsm-7', 306, 2],
  ['three parts', 'a'.repeat(307), 'gsm-7', 307, 3],
  ['accents that GSM-7 has', 'Voilà, é ñ ü ß', 'gsm-7', 14, 1],
  ['a euro takes two', '5 €', 'gsm-7', 4, 1],
  ['80 euros', '€'.repeat(80), 'gsm-7', 160, 1],
  // 76 euros are 152 septets: the 77th does not fit into 153, so that a part holds 76.
  ['an escape is not cut off', '€'.repeat(153), 'gsm-7', 306, 3],
  ['an accent that GSM-7 lacks', 'ê', 'ucs-2', 1, 1],
  ['a curly apostrophe', 'l’accès', 'ucs-2', 7, 1],
  ['a full UCS-2 message', 'ё'.repeat(70), 'ucs-2', 70, 1],
  ['one more', 'ё'.repeat(71), 'ucs-2', 71, 2],
  // 67 is odd: the 34th pair does not fit into the first part.
  ['a surrogate pair is not cut in two', '😀'.repeat(67), 'ucs-2', 134, 3],
])('%s', (_name, text, encoding, units, segments) => {
  expect(smsSizeOf(text)).toEqual({ encoding, units, segments });
});
