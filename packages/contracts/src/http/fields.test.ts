import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { check } from '../validate.ts';
import { time, timezone } from './fields.ts';

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

const readTime = (text: string) => check(time(), text);
const two = (number: number) => String(number).padStart(2, '0');

test('every instant is read as itself, whatever offset it is written with', () => {
  const instants = fc.date({
    min: new Date('1970-01-02T00:00:00Z'),
    max: new Date('9999-12-30T23:59:59.999Z'),
    noInvalidDate: true,
  });
  const offsetsInMinutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
  fc.assert(
    fc.property(instants, offsetsInMinutes, (instant, minutes) => {
      expect(readTime(instant.toISOString())).toEqual({ value: instant });
      const size = Math.abs(minutes);
      const offset = `${minutes < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}:${two(size % 60)}`;
      const clock = new Date(instant.getTime() + minutes * 60_000).toISOString().replace('Z', offset);
      expect(readTime(clock)).toEqual({ value: instant });
    }),
    { numRuns: 1_000 },
  );
});

test('a day is taken where its month has it, and refused where Date would roll over into the next', () => {
  const days = fc.record({
    year: fc.integer({ min: 1971, max: 9998 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 28, max: 31 }),
  });
  const clocks = fc.constantFrom('00:00:00Z', '09:00Z', '23:59:59.999Z', '12:00:00+14:00', '00:00:00-11:30');
  fc.assert(
    fc.property(days, clocks, ({ year, month, day }, clock) => {
      const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
      const february = isLeapYear ? 29 : 28;
      const lastDay = month === 2 ? february : [4, 6, 9, 11].includes(month) ? 30 : 31;
      const codes = readTime(`${year}-${two(month)}-${two(day)}T${clock}`).errors?.map(({ code }) => code);
      expect(codes).toEqual(day <= lastDay ? undefined : ['date_calendar']);
    }),
    { numRuns: 1_000 },
  );
});

test('a leap day is taken in leap years alone; no hour is the 24th, no second the 60th', () => {
  for (const day of ['2028-02-29', '2000-02-29']) expect(readTime(`${day}T09:00:00Z`).errors).toBeUndefined();
  const impossible = [
    '2027-02-29T09:00:00Z',
    '2100-02-29T09:00:00Z',
    '2027-02-30T09:00:00Z',
    '2027-04-31T09:00:00+01:00',
    '2027-01-00T09:00:00Z',
    '2027-13-01T09:00:00Z',
    '2027-04-30T24:00:00Z',
    '2027-04-30T24:00Z',
    '2026-12-31T23:59:60Z',
  ];
  expect(impossible.filter((text) => readTime(text).errors === undefined)).toEqual([]);
});
