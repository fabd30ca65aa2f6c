import { expect, test } from '@jest/globals';
import { median, percentilesOf } from './percentiles.ts';

test('a percentile is a value that was measured: the nearest rank', () => {
  const oneToHundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentilesOf(oneToHundred)).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(percentilesOf([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
  expect(percentilesOf([1, 10])).toEqual({ p50: 1, p95: 10, p99: 10 });
});

test('values are ordered as numbers, not as text', () => {
  expect(percentilesOf([9, 10, 100]).p50).toBe(10);
  expect(median([9, 100, 10])).toBe(10);
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('nothing measured is not a number, never a zero', () => {
  expect(percentilesOf([]).p99).toBeNaN();
  expect(median([])).toBeNaN();
});
