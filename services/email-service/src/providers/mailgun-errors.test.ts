import { expect, test } from '@jest/globals';
import { mailgunMeaning, refusedParameter } from './mailgun-errors.ts';

test.each([
  [400, undefined, 'permanent'],
  [400, 'to', 'recipient'],
  [400, 'from', 'config'],
  [401, undefined, 'config'],
  [403, undefined, 'config'],
  [404, undefined, 'transient'],
  [413, undefined, 'permanent'],
  [429, undefined, 'transient'],
  [500, undefined, 'transient'],
  [503, undefined, 'transient'],
])('HTTP %i about %s is a %s error', (status, parameter, errorClass) => {
  expect(mailgunMeaning(status, parameter)[0]).toBe(errorClass);
});

test.each([
  [200, 'unknown'],
  [302, 'config'],
  [409, 'permanent'],
  [502, 'unknown'],
  [504, 'unknown'],
])('HTTP %i, which Mailgun does not answer, is a %s error', (status, errorClass) => {
  expect(mailgunMeaning(status, undefined)[0]).toBe(errorClass);
});

test.each([
  [400, 'to parameter is not a valid address. please check documentation', 'to'],
  [400, "'to' parameter is missing", 'to'],
  [400, "'from' parameter is not a valid address. please check documentation", 'from'],
  [400, "Need at least one of 'text' or 'html' parameters specified", undefined],
  [400, 'the recipient wants to parameter us', undefined],
  [400, undefined, undefined],
  [503, 'to parameter is not a valid address', undefined],
])('HTTP %i "%s" is about the parameter %s', (status, message, parameter) => {
  expect(refusedParameter(status, message)).toBe(parameter);
});
