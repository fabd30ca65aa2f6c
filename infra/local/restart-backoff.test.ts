import { expect, test } from '@jest/globals';
import { createRestartBackoff } from './restart-backoff.ts';

test('the delay doubles from 200 ms to 5 s while a process keeps dying', () => {
  const backoff = createRestartBackoff();
  const delays = Array.from({ length: 7 }, () => backoff.nextDelayMs(1_000));
  expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});

test('a process that lived for 30 s starts over at 200 ms', () => {
  const backoff = createRestartBackoff();
  backoff.nextDelayMs(0);
  backoff.nextDelayMs(0);
  expect(backoff.nextDelayMs(30_000)).toBe(200);
  expect(backoff.nextDelayMs(29_999)).toBe(400);
});
