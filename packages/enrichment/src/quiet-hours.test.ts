import { expect, test } from '@jest/globals';
import { type QuietHours, WEEKDAYS } from '@notify/contracts';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { endOfQuietHours } from './quiet-hours.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ZONES = Intl.supportedValuesOf('timeZone');

const clocks = new Map<string, Intl.DateTimeFormat>();
/** What a clock on a wall there shows, as the platform says: the date, `HH:MM`, and the day of the week. */
function wallClock(timeZone: string, atMs: number): { date: string; time: string; day: number } {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    clocks.set(timeZone, clock);
  }
  const [date = '', time = ''] = clock.format(atMs).split(' ');
  return { date, time, day: (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7 };
}

/** The definition, minute by minute: what the clock shows is in the hours of a day on which they begin. */
function isQuietByTheClock({ start, end, days }: QuietHours, timeZone: string, atMs: number): boolean {
  const { time, day } = wallClock(timeZone, atMs);
  const isOn = (index: number) =>
    days === undefined || days.includes(WEEKDAYS[(index + 7) % 7] as (typeof WEEKDAYS)[number]);
  if (start < end) return time >= start && time < end && isOn(day);
  return (time >= start && isOn(day)) || (time < end && isOn(day - 1));
}

function endByTheClock(hours: QuietHours, timeZone: string, atMs: number): number | undefined {
  if (!isQuietByTheClock(hours, timeZone, atMs)) return undefined;
  let minute = atMs - (atMs % MINUTE_MS);
  while (isQuietByTheClock(hours, timeZone, minute)) minute += MINUTE_MS;
  return minute;
}

const hhmm = (minutes: number): string => {
  const wrapped = (minutes + 1_440) % 1_440;
  return `${String(Math.floor(wrapped / 60)).padStart(2, '0')}:${String(wrapped % 60).padStart(2, '0')}`;
};
const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const minuteOfDay = fc.nat(1_439);
const zone = fc.constantFrom(...ZONES);
const days = fc.option(fc.subarray([...WEEKDAYS], { minLength: 1 }), { nil: undefined });
/** Offsets have been whole minutes since 1972. */
const FROM_MS = Date.parse('1990-01-01T00:00:00Z');
const UNTIL_MS = Date.parse('2037-01-01T00:00:00Z');
const instant = fc.integer({ min: FROM_MS, max: UNTIL_MS });

function transitionsOf(timeZone: string): number[] {
  const found: number[] = [];
  let next = Temporal.Instant.fromEpochMilliseconds(FROM_MS).toZonedDateTimeISO(timeZone).getTimeZoneTransition('next');
  while (next !== null && next.epochMilliseconds < UNTIL_MS) {
    found.push(next.epochMilliseconds);
    next = next.getTimeZoneTransition('next');
  }
  return found;
}
const transitions = ZONES.flatMap((timeZone) => transitionsOf(timeZone).map((atMs) => ({ timeZone, atMs })));

interface Case {
  timeZone: string;
  atMs: number;
  hours: QuietHours;
}
const tally = { quiet: 0, overMidnight: 0, inGap: 0, shownTwice: 0, zones: new Set<string>() };

function agrees({ timeZone, atMs, hours }: Case): void {
  const expected = endByTheClock(hours, timeZone, atMs);
  const found = endOfQuietHours(hours, timeZone, new Date(atMs));
  expect(found?.getTime()).toBe(expected);
  tally.zones.add(timeZone);
  if (expected === undefined) return;
  tally.quiet += 1;
  if (wallClock(timeZone, atMs).date !== wallClock(timeZone, expected).date) tally.overMidnight += 1;
  if (wallClock(timeZone, expected).time !== hours.end) tally.inGap += 1;
  const anHourLater = wallClock(timeZone, expected + 3_600_000).time;
  if (anHourLater === wallClock(timeZone, expected).time) tally.shownTwice += 1;
}

test('in 8,000 cases over all zones the hours end when the clock that Intl shows leaves them', () => {
  const anyCase = fc
    .record({ timeZone: zone, atMs: instant, start: minuteOfDay, end: minuteOfDay, days })
    .filter(({ start, end }) => start !== end)
    .map(({ start, end, days, ...when }): Case => ({ ...when, hours: { start: hhmm(start), end: hhmm(end), days } }));
  fc.assert(fc.property(anyCase, agrees), { numRuns: 8_000 });
  expect(tally.zones.size).toBe(ZONES.length);
  expect(tally.quiet).toBeGreaterThan(2_000);
  expect(tally.overMidnight).toBeGreaterThan(500);
}, 120_000);

test('so they do in 8,000 cases around the changes of clocks, with hours that begin or end at what is skipped or shown twice', () => {
  const anyCase = fc
    .record({
      transition: fc.constantFrom(...transitions),
      beforeMs: fc.integer({ min: -4 * 3_600_000, max: DAY_MS }),
      edge: fc.integer({ min: -90, max: 90 }),
      lengthMinutes: fc.integer({ min: 1, max: 1_439 }),
      isEndNear: fc.boolean(),
      days,
    })
    .map(({ transition: { timeZone, atMs }, beforeMs, edge, lengthMinutes, isEndNear, days }): Case => {
      const near = minutesOf(wallClock(timeZone, atMs).time) + edge;
      const [start, end] = isEndNear ? [near - lengthMinutes, near] : [near, near + lengthMinutes];
      return { timeZone, atMs: atMs - beforeMs, hours: { start: hhmm(start), end: hhmm(end), days } };
    });
  fc.assert(fc.property(anyCase, agrees), { numRuns: 8_000 });
  expect(tally.inGap).toBeGreaterThan(100);
  expect(tally.shownTwice).toBeGreaterThan(50);
}, 120_000);

const night: QuietHours = { start: '22:00', end: '07:00' };
const endOf = (hours: QuietHours, at: string, timezone?: string) =>
  endOfQuietHours(hours, timezone, new Date(at))?.toISOString();

test.each([
  ['before midnight', night, '2026-06-01T21:30:00Z', 'Africa/Lagos', '2026-06-02T06:00:00.000Z'],
  ['after midnight', night, '2026-06-02T05:59:59.999Z', 'Africa/Lagos', '2026-06-02T06:00:00.000Z'],
  ['at their end', night, '2026-06-02T06:00:00Z', 'Africa/Lagos', undefined],
  ['by day', night, '2026-06-02T12:00:00Z', 'Africa/Lagos', undefined],
  [
    'in the zone that they name',
    { ...night, timezone: 'Asia/Tokyo' },
    '2026-06-01T14:00:00Z',
    'Africa/Lagos',
    '2026-06-01T22:00:00.000Z',
  ],
  ['without any zone', night, '2026-06-01T23:00:00Z', undefined, '2026-06-02T07:00:00.000Z'],
  ['in a zone that Temporal does not know', night, '2026-06-01T23:00:00Z', 'PST', '2026-06-02T07:00:00.000Z'],
  ['at an offset of 45 minutes', night, '2026-06-01T18:00:00Z', 'Asia/Kathmandu', '2026-06-02T01:15:00.000Z'],
  ['when the night is an hour shorter', night, '2026-03-29T00:00:00Z', 'Europe/Berlin', '2026-03-29T05:00:00.000Z'],
  ['when it is an hour longer', night, '2026-10-24T22:00:00Z', 'Europe/Berlin', '2026-10-25T06:00:00.000Z'],
  [
    'when their end is skipped',
    { start: '22:00', end: '02:30' },
    '2026-03-29T00:00:00Z',
    'Europe/Berlin',
    '2026-03-29T01:00:00.000Z',
  ],
  [
    'when their end comes twice, the first time',
    { start: '22:00', end: '02:30' },
    '2026-10-25T00:00:00Z',
    'Europe/Berlin',
    '2026-10-25T00:30:00.000Z',
  ],
  [
    'when their end comes twice, the second time',
    { start: '22:00', end: '02:30' },
    '2026-10-25T01:10:00Z',
    'Europe/Berlin',
    '2026-10-25T01:30:00.000Z',
  ],
  [
    'on the morning after a day of theirs',
    { ...night, days: ['fri' as const] },
    '2026-06-06T05:00:00Z',
    'UTC',
    '2026-06-06T07:00:00.000Z',
  ],
  ['on the evening of another day', { ...night, days: ['fri' as const] }, '2026-06-06T23:00:00Z', 'UTC', undefined],
  [
    'when the clock goes back into the evening before',
    { start: '23:13', end: '23:02' },
    '2001-10-28T03:00:59.999Z',
    'America/Moncton',
    '2001-10-28T03:02:00.000Z',
  ],
  ['where a whole day was skipped', night, '2011-12-30T09:30:00Z', 'Pacific/Apia', '2011-12-30T17:00:00.000Z'],
])('%s', (_when, hours, at, timezone, end) => {
  expect(endOf(hours, at, timezone)).toBe(end);
});
