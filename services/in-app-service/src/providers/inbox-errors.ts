import { type DeliveryError, deliveryError } from '@notify/channel-worker';
import { isDatabaseUnavailable } from '@notify/service-kit';

/** Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const QUERY_CANCELED = '57014';
/** Class 22: a character that text can't hold (NUL), an id that is none. */
const DATA_EXCEPTION = /^22/;

/**
 * What a write that failed means. Never unknown: the row is keyed, so a write that did get through is found by the next try.
 * @returns our error; or the very error where it is neither the database's state nor the content, so a bug of ours.
 */
export function inboxError(error: unknown): DeliveryError | unknown {
  const { code } = error as { code?: string };
  if (isDatabaseUnavailable(error) || code === QUERY_CANCELED) {
    return deliveryError('transient', 'the database is unavailable', code ?? 'database_unavailable');
  }
  if (code !== undefined && DATA_EXCEPTION.test(code)) {
    return deliveryError('permanent', 'the content can not be stored', code);
  }
  return error;
}
