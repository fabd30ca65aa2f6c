import { expect, test } from '@jest/globals';
import { isSettled, STATUSES } from '@notify/contracts';
import { SETTLED_STATUSES } from './wait-until-settled.ts';

test('the statuses that end the waiting are those of the contracts', () => {
  expect([...SETTLED_STATUSES].sort()).toEqual(STATUSES.filter(isSettled).sort());
});
