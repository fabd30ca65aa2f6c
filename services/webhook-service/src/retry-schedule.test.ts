import { expect, test } from '@jest/globals';
import { RETRY_DELAYS_SECONDS, retryDelayMs } from './retry-schedule.ts';

const delaySeconds = (tries: number, retryAfterMs?: number, random = 0) => {
  const ms = retryDelayMs(RETRY_DELAYS_SECONDS, tries, retryAfterMs, random);
  return ms === undefined ? undefined : ms / 1_000;
};

test('after the first try come nine more: 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h', () => {
  const delays = Array.from({ length: 10 }, (_none, index) => delaySeconds(index + 1));
  expect(delays).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, undefined]);
});

test('up to a tenth is added at random, and nothing is taken away', () => {
  expect([delaySeconds(2, 0, 0), delaySeconds(2, 0, 0.5), delaySeconds(2, 0, 1)]).toEqual([300, 315, 330]);
});

test('it never comes back earlier than it was asked to, but a day is enough', () => {
  expect(delaySeconds(1, 60_000)).toBe(60);
  expect(delaySeconds(2, 60_000)).toBe(300);
  expect(delaySeconds(1, 7 * 86_400_000)).toBe(86_400);
});
