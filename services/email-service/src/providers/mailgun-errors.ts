import type { ErrorClass } from '@notify/contracts';

/*
 * What Mailgun's refusals mean for us.
 * Statuses: https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses
 * Mailgun has no codes, only a sentence. A mailbox that does not exist is accepted, and told by a receipt later.
 * The texts are ours: Mailgun's may quote what they refuse.
 */
export type MailgunMeaning = readonly [ErrorClass, text: string];

const BY_STATUS: Readonly<Record<number, MailgunMeaning>> = {
  400: ['permanent', 'the message is refused'],
  401: ['config', 'the API key is refused'],
  403: ['config', 'the API key or the domain may not send'],
  // A domain that was just made is not known everywhere at once.
  404: ['transient', 'Mailgun does not know the domain'],
  413: ['permanent', 'the message is too large'],
  429: ['transient', 'too many requests'],
  500: ['transient', 'Mailgun failed'],
  503: ['transient', 'Mailgun is not available'],
};

/** Whom a 400 is about, by the beginning of its sentence. */
const BY_PARAMETER: Readonly<Record<string, MailgunMeaning>> = {
  to: ['recipient', 'the address is not valid'],
  from: ['config', "the sender's address is not valid"],
};

/** The parameter that a 400 is about, if it says so. */
export function refusedParameter(status: number, message: unknown): string | undefined {
  if (status !== 400 || typeof message !== 'string') return undefined;
  return /^'?(to|from)'? parameter /i.exec(message)?.[1]?.toLowerCase();
}

export function mailgunMeaning(status: number, parameter: string | undefined): MailgunMeaning {
  const meaning = (parameter === undefined ? undefined : BY_PARAMETER[parameter]) ?? BY_STATUS[status];
  if (meaning !== undefined) return meaning;
  // Not Mailgun's own words, and there is no idempotency key: whoever answered may have passed it on before.
  if (status >= 500) return ['unknown', 'a server on the way to Mailgun failed'];
  if (status >= 400) return ['permanent', 'the message is refused'];
  if (status >= 300) return ['config', 'Mailgun is not at the address that we ask'];
  return ['unknown', 'Mailgun said yes, but not as it does'];
}
