import { expect, test } from '@jest/globals';
import { sendgridMeaning } from './sendgrid-errors.ts';

test.each([
  [400, undefined, 'permanent'],
  [400, 'content.0.value', 'permanent'],
  [400, 'subject', 'permanent'],
  [400, 'personalizations.0.to.0.email', 'recipient'],
  [400, 'personalizations.0.to', 'recipient'],
  [400, 'personalizations.0.custom_args.total', 'permanent'],
  [400, 'from.email', 'config'],
  [400, 'from', 'config'],
  [401, undefined, 'config'],
  [403, undefined, 'config'],
  [403, 'from', 'config'],
  [404, undefined, 'config'],
  [406, undefined, 'permanent'],
  [413, undefined, 'permanent'],
  [451, undefined, 'permanent'],
  [429, undefined, 'transient'],
  [500, undefined, 'transient'],
  [503, undefined, 'transient'],
])('HTTP %i about %s is a %s error', (status, field, errorClass) => {
  expect(sendgridMeaning(status, field)[0]).toBe(errorClass);
});

test.each([
  [200, 'unknown'],
  [204, 'unknown'],
  [302, 'config'],
  [409, 'permanent'],
  [502, 'unknown'],
  [504, 'unknown'],
])('HTTP %i, which SendGrid does not answer, is a %s error', (status, errorClass) => {
  expect(sendgridMeaning(status, undefined)[0]).toBe(errorClass);
});

test('only a 400 can be the fault of the address', () => {
  expect(sendgridMeaning(503, 'personalizations.0.to.0.email')[0]).toBe('transient');
});
