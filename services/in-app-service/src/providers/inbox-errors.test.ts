import { expect, test } from '@jest/globals';
import { inboxError } from './inbox-errors.ts';

const failure = (code: string) => Object.assign(new Error('x'), { code });

test.each(['ECONNREFUSED', '08006', '57P01', '57P03', '53300', '57014'])(
  'the code %s is transient: the row is keyed, so trying again is safe even if it was written',
  (code) => {
    expect(inboxError(failure(code))).toMatchObject({ errorClass: 'transient', errorCode: code });
  },
);

test.each(['22021', '22P02'])('the code %s is permanent: this content can never be stored', (code) => {
  expect(inboxError(failure(code))).toMatchObject({ errorClass: 'permanent', errorCode: code });
});

test('a broken statement stays what it is, so that it shows as a bug', () => {
  const bug = failure('42P01');
  expect(inboxError(bug)).toBe(bug);
});
