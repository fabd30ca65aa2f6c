import type { ErrorClass } from '@notify/contracts';

/*
 * What SendGrid's refusals mean for us.
 * Statuses: https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses
 * Fields of a 400: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors
 * SendGrid has no codes. A mailbox that does not exist is accepted, and told by a receipt later.
 * The texts are ours: SendGrid's quote what they refuse.
 */
export type SendgridMeaning = readonly [ErrorClass, text: string];

const BY_STATUS: Readonly<Record<number, SendgridMeaning>> = {
  400: ['permanent', 'the message is refused'],
  401: ['config', 'the API key is refused'],
  403: ['config', 'the API key may not send, or the sender is not verified'],
  404: ['config', 'SendGrid does not know the address that we ask'],
  405: ['config', 'SendGrid does not know the address that we ask'],
  406: ['permanent', 'the request is in a form that SendGrid does not take'],
  413: ['permanent', 'the message is too large'],
  415: ['permanent', 'the request is in a form that SendGrid does not take'],
  429: ['transient', 'too many requests'],
  451: ['permanent', 'the message is refused'],
  500: ['transient', 'SendGrid failed'],
  503: ['transient', 'SendGrid is not available'],
};

/** Whom a 400 is about. */
const BY_FIELD: readonly (readonly [RegExp, SendgridMeaning])[] = [
  [/^personalizations\.\d+\.to\b/, ['recipient', 'the address is not valid']],
  [/^(from|reply_to)\b/, ['config', "the sender's address is not valid"]],
];

/** @param field the one that a 400 names first. */
export function sendgridMeaning(status: number, field: string | undefined): SendgridMeaning {
  const ofField = field === undefined ? undefined : BY_FIELD.find(([pattern]) => pattern.test(field))?.[1];
  if (status === 400 && ofField !== undefined) return ofField;
  const ofStatus = BY_STATUS[status];
  if (ofStatus !== undefined) return ofStatus;
  // Not SendGrid's own words, and there is no idempotency key: whoever answered may have passed it on before.
  if (status >= 500) return ['unknown', 'a server on the way to SendGrid failed'];
  if (status >= 400) return ['permanent', 'the message is refused'];
  if (status >= 300) return ['config', 'SendGrid is not at the address that we ask'];
  return ['unknown', 'SendGrid said yes, but not as it does'];
}
