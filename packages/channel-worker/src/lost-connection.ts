import { TLS_FAILURE_CODE } from '@notify/service-kit';
import { type DeliveryError, deliveryError } from './provider.ts';

/** System errors that say: there was nobody to take the request. */
const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/**
 * What an HTTP call means that ended without an answer, where the vendor takes no idempotency key.
 * @param code the system's.
 * @param hasLeft whether any of the request may have reached the vendor.
 */
export function lostConnectionError(code: string, hasLeft: boolean): DeliveryError {
  if (TLS_FAILURE_CODE.test(code))
    return deliveryError('config', 'no TLS: the certificate does not hold, or the port does not speak it', code);
  if (!hasLeft || NOT_CONNECTED.has(code)) return deliveryError('transient', 'the vendor could not be reached', code);
  return deliveryError('unknown', 'the connection or the deadline ended the call after the request left', code);
}
