import { expect, test } from '@jest/globals';
import { retryAfterMsOf } from './notify-error.ts';
import { retryDelayMs } from './retry.ts';

test('the waits double up to 8 s, and lie between half and all of that', () => {
  const retries = [1, 2, 3, 6, 40];
  expect(retries.map((retry) => retryDelayMs(retry, undefined, 1))).toEqual([250, 500, 1_000, 8_000, 8_000]);
  expect(retries.map((retry) => retryDelayMs(retry, undefined, 0))).toEqual([125, 250, 500, 4_000, 4_000]);
});

test('Retry-After is the least, so that a crowd does not come back in one moment', () => {
  expect(retryDelayMs(1, 3_000, 0)).toBe(3_125);
  expect(retryDelayMs(1, 3_000, 1)).toBe(3_250);
});

test('Retry-After is seconds or a date; what it is not is passed over', () => {
  const now = Date.parse('2026-12-01T09:00:00Z');
  const headers = ['2', '0', 'Tue, 01 Dec 2026 09:00:05 GMT', 'Tue, 01 Dec 2026 08:00:00 GMT', 'soon', null];
  expect(headers.map((header) => retryAfterMsOf(header, now))).toEqual([2_000, 0, 5_000, 0, undefined, undefined]);
});
