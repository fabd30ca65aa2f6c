import { type DeliveryError, deliveryError, lostConnectionError, parseRetryAfter } from '@notify/channel-worker';
import type { ErrorClass } from '@notify/contracts';

/*
 * What FCM's refusals mean for us. Codes: https://firebase.google.com/docs/cloud-messaging/error-codes and
 * https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
 * The texts are ours: firebase-admin's may quote the whole answer.
 */
type FcmMeaning = readonly [ErrorClass, text: string];

const BY_CODE: Readonly<Record<string, FcmMeaning>> = {
  'messaging/registration-token-not-registered': ['recipient', 'the device token is dead'],
  'messaging/invalid-registration-token': ['recipient', 'the device token is not valid'],
  'messaging/invalid-recipient': ['recipient', 'the device token is not valid'],
  'messaging/invalid-argument': ['permanent', 'FCM refuses the message'],
  'messaging/invalid-payload': ['permanent', 'FCM refuses the message'],
  'messaging/invalid-data-payload-key': ['permanent', 'the data has a key that FCM keeps for itself'],
  'messaging/payload-size-limit-exceeded': ['permanent', 'the message is too large'],
  'messaging/invalid-options': ['permanent', 'FCM refuses the options'],
  'messaging/message-rate-exceeded': ['transient', 'too many messages'],
  'messaging/device-message-rate-exceeded': ['transient', 'too many messages to this device'],
  'messaging/server-unavailable': ['transient', 'FCM is overloaded'],
  'messaging/internal-error': ['transient', 'FCM failed'],
  'messaging/mismatched-credential': ['config', 'the token belongs to another project, or ours may not send'],
  'messaging/third-party-auth-error': ['config', 'the credentials, or those towards APNs or web push, are refused'],
  'messaging/authentication-error': ['config', 'the credentials are refused'],
  'messaging/invalid-package-name': ['config', 'the token belongs to another app'],
  'app/invalid-credential': ['config', 'no access token could be had'],
};

/** Google asks for a minute at least: https://firebase.google.com/docs/cloud-messaging/scale-fcm#handle-retries */
const RATE_LIMIT_WAIT_MS = 60_000;

/** What firebase-admin throws, as far as it matters here. */
export interface FcmFailure {
  code?: string;
  cause?: unknown;
  httpResponse?: { status: number; headers: Record<string, unknown>; data?: unknown };
}
interface FcmAnswer {
  error?: { message?: string; details?: { errorCode?: string; fieldViolations?: { field?: string }[] }[] };
}

/** @returns our error; or the very error where it is none of FCM's, so a bug of ours. */
export function toDeliveryError(failure: FcmFailure): DeliveryError | FcmFailure {
  const { code, httpResponse } = failure;
  if (code === undefined) return failure;
  if (code === 'app/network-error' || code === 'app/network-timeout') {
    return lostConnectionError(systemCodeOf(failure) ?? code, true);
  }
  // The token of our own is fetched before anything is sent.
  const systemCode = systemCodeOf(failure);
  if (code === 'app/invalid-credential' && systemCode !== undefined) return lostConnectionError(systemCode, false);
  if (code === 'app/unable-to-parse-response') {
    return deliveryError('unknown', 'FCM answered, but nothing that can be read', code);
  }
  const answer = typeof httpResponse?.data === 'object' ? (httpResponse.data as FcmAnswer) : undefined;
  const [errorClass, text] = meaningOf(code, httpResponse?.status, answer) ?? [];
  if (errorClass === undefined || text === undefined) return failure;
  const retryAfterMs = parseRetryAfter(httpResponse?.headers['retry-after']);
  const waitMs = code.endsWith('message-rate-exceeded') ? (retryAfterMs ?? RATE_LIMIT_WAIT_MS) : retryAfterMs;
  return deliveryError(errorClass, text, code, waitMs);
}

function meaningOf(code: string, status: number | undefined, answer: FcmAnswer | undefined): FcmMeaning | undefined {
  const details = answer?.error?.details ?? [];
  if (code === 'messaging/registration-token-not-registered') {
    // The SDK calls every 404 by this name. A project that does not exist must not cost all users their devices.
    const isUnregistered = details.some(({ errorCode }) => errorCode === 'UNREGISTERED');
    if (!isUnregistered) return ['config', 'FCM does not know our project'];
  }
  if (code === 'messaging/invalid-argument') {
    // FCM says which argument only here. The text is that of a token in a form that it never gave out.
    const isToken =
      details.some(({ fieldViolations = [] }) => fieldViolations.some(({ field }) => field === 'message.token')) ||
      /registration token is not a valid/i.test(answer?.error?.message ?? '');
    if (isToken) return ['recipient', 'the device token is not valid'];
  }
  return BY_CODE[code] ?? (code.startsWith('messaging/') ? meaningOfStatus(status) : undefined);
}

/** Where the code says nothing. FCM takes no idempotency key, so what a 5xx left behind can't be known. */
function meaningOfStatus(status = 400): FcmMeaning {
  if (status === 429 || status === 503) return ['transient', 'FCM is overloaded'];
  if (status >= 500) return ['unknown', 'FCM failed'];
  if (status === 401 || status === 403 || status === 404) return ['config', 'FCM refuses our project'];
  // A 2xx that is not FCM's: somebody in between answered.
  if (status < 400) return ['unknown', 'FCM said yes, but nothing that can be read'];
  return ['permanent', 'FCM refuses the message'];
}

/** The code of the system error at the bottom, if there is one. */
function systemCodeOf(failure: FcmFailure): string | undefined {
  let found: string | undefined;
  for (let each = failure.cause as FcmFailure | undefined; each; each = each.cause as FcmFailure | undefined) {
    if (typeof each.code === 'string' && /^[A-Z_]+$/.test(each.code)) found = each.code;
  }
  return found;
}
