import { expect, test } from '@jest/globals';
import { accountOf, isClean, sumOf } from './account.ts';

const driven = (acceptedAtMs: number[]) => ({
  startedAtMs: 0,
  intendedAtMs: new Float64Array(acceptedAtMs.length),
  acceptedAtMs: Float64Array.from(acceptedAtMs),
  refused: acceptedAtMs.filter(Number.isNaN).length,
});
const arrivals = (...recipients: string[]) => recipients.map((to) => ({ to, receivedAtMs: 0 }));
const recipientOf = (index: number) => `r${index}`;

test('everything accepted arrived once and is recorded: nothing to report', () => {
  const account = accountOf(driven([1, 2]), arrivals('r1', 'r0'), 2, recipientOf);
  expect(isClean(account)).toBe(true);
});

test('a message that arrived twice does not make up for one that is missing', () => {
  const account = accountOf(driven([1, 2]), arrivals('r0', 'r0'), 2, recipientOf);
  expect(account).toEqual({ refused: 0, lost: 1, duplicated: 1, unrecorded: 0 });
});

test('a refused request is reported, but is no loss', () => {
  const account = accountOf(driven([1, Number.NaN]), arrivals('r0'), 1, recipientOf);
  expect(account).toEqual({ refused: 1, lost: 0, duplicated: 0, unrecorded: 0 });
  expect(isClean(account)).toBe(false);
});

test('what the database does not show as sent is reported, also when it arrived', () => {
  const account = accountOf(driven([1, 2]), arrivals('r0', 'r1'), 1, recipientOf);
  expect(sumOf([account, account])).toEqual({ refused: 0, lost: 0, duplicated: 0, unrecorded: 2 });
});
