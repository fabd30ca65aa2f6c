import { expect, test } from '@jest/globals';
import { toDeliveryError } from './twilio.ts';
import { twilioMeaning } from './twilio-errors.ts';

/** As the SDK throws it. */
const refusal = (fields: object) => Object.assign(new Error('refused'), fields);

test.each([
  [400, 21211, 'recipient'],
  [400, 21614, 'recipient'],
  [400, 21635, 'recipient'],
  [400, 21610, 'recipient'],
  [400, 30004, 'recipient'],
  [400, 30005, 'recipient'],
  [400, 30006, 'recipient'],
  [400, 21617, 'permanent'],
  [400, 30007, 'permanent'],
  [401, 20003, 'config'],
  [400, 21606, 'config'],
  [400, 21608, 'config'],
  [400, 21408, 'config'],
  [429, 20429, 'transient'],
  [400, 21611, 'transient'],
  [400, 30001, 'transient'],
  [400, 30003, 'transient'],
  [400, 30008, 'transient'],
])('HTTP %i with the code %i is a %s error', (status, code, errorClass) => {
  expect(twilioMeaning(status, code)[0]).toBe(errorClass);
});

test.each([
  [400, 'permanent'],
  [401, 'config'],
  [403, 'config'],
  [404, 'config'],
  [429, 'transient'],
  [503, 'transient'],
  [500, 'unknown'],
  [502, 'unknown'],
  [504, 'unknown'],
])('HTTP %i with a code that is not in the table, or none, is a %s error', (status, errorClass) => {
  expect(twilioMeaning(status, 99_999)[0]).toBe(errorClass);
  expect(twilioMeaning(status, undefined)[0]).toBe(errorClass);
});

test('the code that is shown is Twilio’s, or the status where Twilio gave none', () => {
  expect(toDeliveryError(refusal({ status: 400, code: 21211 }))).toMatchObject({ errorCode: '21211' });
  expect(toDeliveryError(refusal({ status: 502 }))).toMatchObject({ errorCode: 'http_502' });
});

test('Retry-After becomes the wait that a transient error asks for', () => {
  expect(toDeliveryError(refusal({ status: 429, code: 20429 }), '7')).toMatchObject({
    errorClass: 'transient',
    retryAfterMs: 7_000,
  });
});

test('a yes that can not be read is unknown', () => {
  expect(toDeliveryError(new SyntaxError('Unexpected token'))).toMatchObject({
    errorClass: 'unknown',
  });
});

test('what is none of Twilio’s errors stays what it is, so that it shows as a bug', () => {
  const bug = new TypeError('undefined is not a function');
  expect(toDeliveryError(bug)).toBe(bug);
});
