import { expect, test } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { check } from '../validate.ts';
import { timezone } from './fields.ts';

const isAccepted = (zone: string): boolean => check(timezone(), zone).errors === undefined;
const isKnownToTemporal = (zone: string): boolean => {
  try {
    Temporal.Now.zonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
};

test('every time zone of the platform is accepted, and so are their older names and offsets', () => {
  const older = ['Asia/Calcutta', 'US/Pacific', 'EST', 'PST8PDT', 'Etc/GMT+5', 'utc', '+05:30'];
  expect([...Intl.supportedValuesOf('timeZone'), ...older].filter((zone) => !isAccepted(zone))).toEqual([]);
});

test('what is accepted is a zone for Temporal, which quiet hours are worked out with, and no time', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  const abbreviations = letters.flatMap((first) => letters.map((second) => `${first}${second}T`));
  expect(abbreviations.filter((zone) => isAccepted(zone) && !isKnownToTemporal(zone))).toEqual([]);
  expect(['PST', 'JST', 'Mars/Olympus', '2026-01-01[Asia/Tokyo]', '', '+25:00'].filter(isAccepted)).toEqual([]);
});
