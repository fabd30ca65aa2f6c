import { expect, test } from '@jest/globals';
import { MAIL_FROM_PATTERN, parseMailFrom } from './mail-from.ts';

test.each([
  [
    'Acme Shop <no-reply@mail.acme.test>',
    { name: 'Acme Shop', address: 'no-reply@mail.acme.test', domain: 'mail.acme.test' },
  ],
  ['"Acme, Inc." <a@acme.test>', { name: 'Acme, Inc.', address: 'a@acme.test', domain: 'acme.test' }],
  ['a@acme.test', { name: '', address: 'a@acme.test', domain: 'acme.test' }],
])('the sender %s is understood', (value, expected) => {
  expect(parseMailFrom(value)).toEqual(expected);
});

test.each(['', 'Acme', 'a@b, c@d', 'Acme <a@b> <c@d>', 'Acme\r\nBcc: x <a@acme.test>', '<a@acme.test'])(
  'the sender %j is refused',
  (value) => {
    expect(MAIL_FROM_PATTERN.test(value)).toBe(false);
  },
);
