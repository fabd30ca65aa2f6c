import { type DeliveryError, deliveryError, parseRetryAfter } from '@notify/channel-worker';
import type { ErrorClass } from '@notify/contracts';

/*
 * What OneSignal's answers mean for us.
 * https://documentation.onesignal.com/reference/create-message and https://documentation.onesignal.com/reference/rate-limits
 * It has no codes, only sentences; a push that went nowhere is a 200 without an id.
 * A 5xx is transient, since OneSignal takes an idempotency key: a second try with the same one is never a second push.
 * The texts are ours: OneSignal's quote the token.
 */
export type OnesignalMeaning = readonly [ErrorClass, text: string];

const BY_STATUS: Readonly<Record<number, OnesignalMeaning>> = {
  400: ['permanent', 'the message is refused'],
  401: ['config', 'the API key is refused'],
  403: ['config', 'the API key is refused'],
  404: ['config', 'OneSignal does not know our app, or the address that we ask'],
  413: ['permanent', 'the message is too large'],
  429: ['transient', 'too many requests'],
};

/** What a 400 is about besides the message. A token of another vendor is our mistake: it may be alive over there. */
const OURS: readonly (readonly [RegExp, errorCode: string, text: string])[] = [
  [
    /not a valid UUID|incorrect (player|subscription)_id format/i,
    'not_a_subscription_id',
    "the token is not OneSignal's",
  ],
  [/app_id/i, 'app_id', 'OneSignal does not know our app'],
];
/** Of a 200 without an id: nobody is there. */
const NOT_SUBSCRIBED = /not subscribed/i;
const INVALID_IDS = ['invalid_player_ids', 'invalid_subscription_ids', 'invalid_aliases', 'invalid_external_user_ids'];

export function statusMeaning(status: number): OnesignalMeaning {
  const known = BY_STATUS[status];
  if (known !== undefined) return known;
  if (status >= 500) return ['transient', 'OneSignal failed'];
  if (status >= 400) return ['permanent', 'the message is refused'];
  if (status >= 300) return ['config', 'OneSignal is not at the address that we ask'];
  return ['unknown', 'OneSignal said yes, but nothing that can be read'];
}

/** @param errors as the answer has them: sentences, or ids by kind. */
export function refusal(status: number, errors?: unknown, retryAfter?: unknown): DeliveryError {
  if (status === 400) {
    const sentences = JSON.stringify(errors ?? '');
    for (const [pattern, errorCode, text] of OURS) {
      if (pattern.test(sentences)) return deliveryError('config', text, errorCode);
    }
  }
  const [errorClass, text] = statusMeaning(status);
  return deliveryError(errorClass, text, `http_${status}`, parseRetryAfter(retryAfter));
}

/** Why a 200 sent nothing. Undefined: it did, as far as its errors go. */
export function emptyAnswerError(id: string | undefined, errors: unknown): DeliveryError | undefined {
  const invalid = INVALID_IDS.find((kind) => typeof errors === 'object' && errors !== null && kind in errors);
  // We ask for one device: if any is invalid, it is ours.
  if (invalid !== undefined) return deliveryError('recipient', 'the device is not known', invalid);
  if (id !== undefined && id !== '') return undefined;
  if (NOT_SUBSCRIBED.test(JSON.stringify(errors ?? ''))) {
    return deliveryError('recipient', 'the device is not subscribed', 'not_subscribed');
  }
  return deliveryError('permanent', 'OneSignal sent nothing', 'nothing_sent');
}
