import { expect, test } from '@jest/globals';
import { toDeliveryError } from './smtp.ts';
import { type SmtpFailure, smtpMeaning } from './smtp-errors.ts';

const reply = (response: string, command = 'RCPT TO', code = 'EENVELOPE'): SmtpFailure => ({
  code,
  command,
  response,
  responseCode: Number(response.slice(0, 3)),
});
const classOf = (failure: SmtpFailure) => smtpMeaning(failure)?.meaning[0];

test.each([
  ['550 5.1.1 no such user', 'recipient', '5.1.1'],
  ['550 5.1.2 bad domain', 'recipient', '5.1.2'],
  ['553 5.1.3 bad syntax', 'recipient', '5.1.3'],
  ['551 5.1.6 moved', 'recipient', '5.1.6'],
  ['556 5.1.10 null MX', 'recipient', '5.1.10'],
  ['550 5.2.1 disabled', 'recipient', '5.2.1'],
  ['552 5.2.2 mailbox full', 'transient', '5.2.2'],
  ['552 5.2.3 too large', 'permanent', '5.2.3'],
  ['552 5.3.4 too large', 'permanent', '5.3.4'],
  ['550 5.7.1 spam', 'permanent', '5.7.1'],
  ['550 5.7.509 some policy', 'permanent', '5.7.509'],
  ['550 5.7.26 unauthenticated', 'config', '5.7.26'],
  ['451 4.3.0 try again', 'transient', '4.3.0'],
  ['450 4.7.1 greylisted', 'transient', '4.7.1'],
  ['421 going down', 'transient', '421'],
  ['503 bad sequence', 'transient', '503'],
  ['550 no', 'permanent', '550'],
  ['554 no', 'permanent', '554'],
  ['530 5.7.0 authentication required', 'config', '5.7.0'],
  ['535 5.7.8 bad credentials', 'config', '5.7.8'],
  ['550-5.1.1 first line\n550 5.1.1 second line', 'recipient', '5.1.1'],
])('the reply "%s" to a recipient is a %s error with the code %s', (response, errorClass, errorCode) => {
  expect(smtpMeaning(reply(response))).toMatchObject({ errorCode, meaning: [errorClass, expect.any(String)] });
});

test('the enhanced code wins over the basic one', () => {
  expect(classOf(reply('550 4.2.1 disabled for the moment'))).toBe('transient');
  expect(classOf(reply('554 5.1.1 no such user', 'DATA', 'EMESSAGE'))).toBe('recipient');
});

test('a number in the text of a reply is no enhanced code', () => {
  expect(classOf(reply('550 we are on version 5.1.1'))).toBe('permanent');
});

test('what is refused before a recipient was named is never blamed on the recipient', () => {
  expect(classOf(reply('550 5.1.1 who are you', 'MAIL FROM'))).toBe('config');
  expect(classOf(reply('554 5.7.1 blocked', 'CONN', 'EPROTOCOL'))).toBe('config');
  expect(classOf(reply('535 5.7.8 no', 'AUTH PLAIN', 'EAUTH'))).toBe('config');
});

test('a temporary failure of the sign-in is transient', () => {
  expect(classOf(reply('454 4.7.0 directory is away', 'AUTH PLAIN', 'EAUTH'))).toBe('transient');
});

test('a message whose size MAIL FROM announced is the content’s fault, not ours', () => {
  expect(classOf(reply('552 5.3.4 too large', 'MAIL FROM'))).toBe('permanent');
});

test.each(['EAUTH', 'ENOAUTH', 'ETLS', 'EREQUIRETLS', 'ECONFIG', 'EPROXY'])('%s without a reply is ours', (code) => {
  expect(classOf({ code })).toBe('config');
});

test('a certificate that does not hold is ours, a socket that broke is not', () => {
  expect(classOf({ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' })).toBe('config');
  expect(classOf({ code: 'ESOCKET', originalCode: 'ECONNREFUSED' })).toBe('connection');
});

test.each(['ECONNECTION', 'ETIMEDOUT', 'ESOCKET', 'EDNS', 'EPROTOCOL', 'EABORT'])(
  '%s is transient before the message left and unknown after',
  (code) => {
    expect(toDeliveryError({ code }, false)).toMatchObject({ errorClass: 'transient', errorCode: code });
    expect(toDeliveryError({ code }, true)).toMatchObject({ errorClass: 'unknown', errorCode: code });
  },
);

test('a refusal is a refusal even after the message left', () => {
  expect(toDeliveryError(reply('550 5.7.1 spam', 'DATA', 'EMESSAGE'), true)).toMatchObject({ errorClass: 'permanent' });
});

test('what is none of SMTP’s errors stays what it is, so that it shows as a bug', () => {
  const bug = new TypeError('undefined is not a function');
  expect(toDeliveryError(bug as SmtpFailure, true)).toBe(bug);
});
