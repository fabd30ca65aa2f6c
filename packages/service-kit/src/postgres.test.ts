import { expect, test } from '@jest/globals';
import { isDatabaseUnavailable } from './postgres.ts';

const withCode = (code: string) => Object.assign(new Error('the test says so'), { code });

test.each(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN', '57P01', '08006', '53300'])(
  '%s means that the database is away: the same may succeed later',
  (code) => {
    expect(isDatabaseUnavailable(withCode(code))).toBe(true);
  },
);

test.each(['23505', '22P02', '42P01', 'ENOENT'])('%s is about the statement or about us', (code) => {
  expect(isDatabaseUnavailable(withCode(code))).toBe(false);
});
