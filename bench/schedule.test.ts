import { expect, test } from '@jest/globals';
import { evenSchedule } from './schedule.ts';

test('requests are due evenly, the first one at once', () => {
  const schedule = evenSchedule(200, 1_000);
  expect([0, 1, 2].map(schedule.dueAtMs)).toEqual([0, 5, 10]);
  expect([0, 4.9, 5, 12].map(schedule.dueCount)).toEqual([1, 1, 2, 3]);
});

test('what a late look finds due is all that should have been sent by then', () => {
  expect(evenSchedule(1_000, 10_000).dueCount(250)).toBe(251);
});

test('no more is due than was ordered', () => {
  expect(evenSchedule(1_000, 100).dueCount(60_000)).toBe(100);
});
