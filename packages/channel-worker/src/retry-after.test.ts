import { expect, test } from '@jest/globals';
import { parseRetryAfter } from './retry-after.ts';

test('Retry-After is read as seconds or as a date', () => {
  expect(parseRetryAfter('120')).toBe(120_000);
  const nowMs = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
  expect(parseRetryAfter('Wed, 21 Oct 2026 07:28:30 GMT', nowMs)).toBe(30_000);
});

test('a date that is over means now', () => {
  expect(parseRetryAfter('Wed, 21 Oct 2015 07:28:00 GMT')).toBe(0);
});

test.each([undefined, '', 'soon', 120, ['5']])('%j is no Retry-After', (value) => {
  expect(parseRetryAfter(value)).toBeUndefined();
});
