import { expect, test } from '@jest/globals';
import { lostConnectionError } from './lost-connection.ts';

test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'])('%s is transient: nobody took the request', (code) => {
  expect(lostConnectionError(code, true)).toMatchObject({ errorClass: 'transient', errorCode: code });
});

test.each(['ECONNRESET', 'ETIMEDOUT', 'ECONNABORTED', 'ABORTED'])(
  '%s is unknown once the request left, and transient before',
  (code) => {
    expect(lostConnectionError(code, true)).toMatchObject({ errorClass: 'unknown', errorCode: code });
    expect(lostConnectionError(code, false)).toMatchObject({ errorClass: 'transient', errorCode: code });
  },
);

test('a certificate that does not hold is ours to mend', () => {
  expect(lostConnectionError('CERT_HAS_EXPIRED', false).errorClass).toBe('config');
});
