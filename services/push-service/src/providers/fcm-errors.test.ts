import { expect, test } from '@jest/globals';
import { toDeliveryError } from './fcm-errors.ts';

const answer = (status: number, error: object, headers: Record<string, string> = {}) => ({
  httpResponse: { status, headers, data: { error } },
});
const withCause = (code: string, systemCode: string) => ({
  code,
  cause: Object.assign(new Error('x'), { code: systemCode }),
});

test.each([
  ['messaging/invalid-registration-token', 'recipient'],
  ['messaging/invalid-argument', 'permanent'],
  ['messaging/payload-size-limit-exceeded', 'permanent'],
  ['messaging/message-rate-exceeded', 'transient'],
  ['messaging/server-unavailable', 'transient'],
  ['messaging/internal-error', 'transient'],
  ['messaging/third-party-auth-error', 'config'],
  ['messaging/mismatched-credential', 'config'],
  ['app/invalid-credential', 'config'],
  ['app/unable-to-parse-response', 'unknown'],
])('%s is a %s error', (code, errorClass) => {
  expect(toDeliveryError({ code })).toMatchObject({ errorClass, errorCode: code });
});

test('a dead token is a recipient error only when FCM itself calls it unregistered', () => {
  const code = 'messaging/registration-token-not-registered';
  const dead = answer(404, { status: 'NOT_FOUND', details: [{ errorCode: 'UNREGISTERED' }] });
  expect(toDeliveryError({ code, ...dead })).toMatchObject({ errorClass: 'recipient' });
  const noProject = answer(404, { status: 'NOT_FOUND', message: 'Requested entity was not found.' });
  expect(toDeliveryError({ code, ...noProject })).toMatchObject({ errorClass: 'config' });
});

test('an invalid argument that is the token is a recipient error', () => {
  const code = 'messaging/invalid-argument';
  const violation = { fieldViolations: [{ field: 'message.token', description: 'Invalid registration token' }] };
  expect(toDeliveryError({ code, ...answer(400, { details: [violation] }) })).toMatchObject({
    errorClass: 'recipient',
  });
  const text = { message: 'The registration token is not a valid FCM registration token' };
  expect(toDeliveryError({ code, ...answer(400, text) })).toMatchObject({ errorClass: 'recipient' });
  const otherField = { fieldViolations: [{ field: 'message.data[0].value' }] };
  expect(toDeliveryError({ code, ...answer(400, { details: [otherField] }) })).toMatchObject({
    errorClass: 'permanent',
  });
});

test('a limit waits for a minute unless FCM says how long', () => {
  const code = 'messaging/message-rate-exceeded';
  expect(toDeliveryError({ code, ...answer(429, {}) })).toMatchObject({ retryAfterMs: 60_000 });
  expect(toDeliveryError({ code, ...answer(429, {}, { 'retry-after': '90' }) })).toMatchObject({
    retryAfterMs: 90_000,
  });
});

test.each([
  [500, 'unknown'],
  [502, 'unknown'],
  [503, 'transient'],
  [429, 'transient'],
  [403, 'config'],
  [200, 'unknown'],
  [400, 'permanent'],
])('an unknown error with HTTP %i is a %s error', (status, errorClass) => {
  expect(toDeliveryError({ code: 'messaging/unknown-error', ...answer(status, {}) })).toMatchObject({ errorClass });
});

test('a connection that was never there is transient, one that broke is unknown', () => {
  expect(toDeliveryError(withCause('app/network-error', 'ECONNREFUSED'))).toMatchObject({
    errorClass: 'transient',
    errorCode: 'ECONNREFUSED',
  });
  expect(toDeliveryError(withCause('app/network-error', 'ECONNRESET'))).toMatchObject({ errorClass: 'unknown' });
  expect(toDeliveryError(withCause('app/network-timeout', 'ETIMEDOUT'))).toMatchObject({ errorClass: 'unknown' });
});

test('an access token that could not be fetched over the network is transient: nothing was sent', () => {
  expect(toDeliveryError(withCause('app/invalid-credential', 'ECONNRESET'))).toMatchObject({ errorClass: 'transient' });
});

test('what is none of FCM’s errors stays what it is, so that it shows as a bug', () => {
  const bug = new TypeError('undefined is not a function') as Error & { code?: string };
  expect(toDeliveryError(bug)).toBe(bug);
});
