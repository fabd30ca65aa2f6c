import { expect, test } from '@jest/globals';
import { createNotificationTypes, type Priority, type RungName } from '@notify/contracts';
import { deferralRung, nextRung } from './retry-schedule.ts';

const schedules = (priority: Priority) => createNotificationTypes().settingsOf('any').retryFor(priority);
const rungsOf = (schedule: readonly RungName[]) => {
  const rungs = [];
  for (let attempt = 1; ; attempt += 1) {
    const rung = nextRung(schedule, attempt);
    if (rung === undefined) return rungs;
    rungs.push(rung);
  }
};

test('with another channel left there are two quick retries', () => {
  expect(rungsOf(schedules('medium').before_failover)).toEqual(['1s', '5s']);
  expect(rungsOf(schedules('critical').before_failover)).toEqual(['1s', '5s']);
});

test('on the last channel the retries are long, and sooner for critical', () => {
  expect(rungsOf(schedules('low').last_channel)).toEqual(['30s', '2m', '10m', '1h']);
  expect(rungsOf(schedules('critical').last_channel)).toEqual(['1s', '5s', '30s', '2m', '10m']);
});

test("a vendor's Retry-After picks the first rung at least as long, and never shortens the schedule", () => {
  expect(nextRung(['1s', '5s'], 1, 20_000)).toBe('30s');
  expect(nextRung(['30s'], 1, 1_000)).toBe('30s');
  expect(nextRung(['1s'], 1, 999_999_999)).toBe('1h');
});

test('deferrals slow down while an outage lasts, and never end', () => {
  expect([0, 4, 5, 19, 20, 10_000].map(deferralRung)).toEqual(['1s', '1s', '5s', '5s', '30s', '30s']);
});
