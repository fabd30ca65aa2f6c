import { DEAD_MAILBOX, type ErrorClass } from '@notify/contracts';
import { TLS_FAILURE_CODE } from '@notify/service-kit';

/*
 * What an SMTP server's refusal means for us.
 * Basic codes: https://www.rfc-editor.org/rfc/rfc5321#section-4.2
 * Enhanced codes: https://www.rfc-editor.org/rfc/rfc3463 and https://www.iana.org/assignments/smtp-enhanced-status-codes
 * nodemailer's codes: https://nodemailer.com/errors
 * The texts are ours: a server's reply quotes the address, and often the content.
 */

/** `connection`: transient, but unknown once the message was on its way. */
export type SmtpErrorClass = Exclude<ErrorClass, 'unknown'> | 'connection';
export type SmtpMeaning = readonly [SmtpErrorClass, text: string];

/** Beat the basic code. The first digit is left out where 4 and 5 mean the same. */
const ENHANCED: Readonly<Record<string, SmtpMeaning>> = {
  ...Object.fromEntries(Object.entries(DEAD_MAILBOX).map(([code, text]) => [code, ['recipient', text] as const])),
  '5.1.7': ['config', "the sender's address is malformed"],
  '5.1.8': ['config', "the sender's domain does not exist"],
  '5.2.2': ['transient', 'the mailbox is full'],
  '5.2.3': ['permanent', 'the message is too large for the mailbox'],
  '5.3.4': ['permanent', 'the message is too large for the server'],
  '5.7.8': ['config', 'the credentials are refused'],
  '5.7.9': ['config', 'the authentication mechanism is too weak'],
  '5.7.11': ['config', 'the authentication mechanism needs encryption'],
  // RFC 7372: every message of ours fails until our domain's records are mended.
  '5.7.20': ['config', 'no passing DKIM signature'],
  '5.7.21': ['config', 'no acceptable DKIM signature'],
  '5.7.22': ['config', "no DKIM signature of the author's domain"],
  '5.7.23': ['config', 'SPF refuses our server'],
  '5.7.24': ['config', 'the SPF record is broken'],
  '5.7.25': ['config', 'no reverse DNS for our server'],
  '5.7.26': ['config', 'neither SPF nor DKIM passes'],
};
const SECURITY_OR_POLICY: SmtpMeaning = ['permanent', 'refused by policy'];

/**
 * A bare 550 is deliberately no recipient error: it also stands for "refused by policy" (RFC 5321, 4.2.2),
 * and an address that is suppressed by mistake stays silent for good.
 */
const BASIC: Readonly<Record<number, SmtpMeaning>> = {
  503: ['transient', 'the session was out of step'],
  521: ['config', 'the server takes no mail'],
  550: ['permanent', 'refused'],
  552: ['permanent', 'the message is too large'],
  554: ['permanent', 'refused'],
  556: ['recipient', "the recipient's domain takes no mail"],
};
/** About our credentials whatever enhanced code comes along (5.7.0, usually). */
const CREDENTIALS: Readonly<Record<number, SmtpMeaning>> = {
  530: ['config', 'the server wants authentication or encryption'],
  534: ['config', 'the authentication mechanism is too weak'],
  535: ['config', 'the credentials are refused'],
  538: ['config', 'the authentication mechanism needs encryption'],
};

/** Without a reply of the server. */
const NODEMAILER: Readonly<Record<string, SmtpMeaning>> = {
  ECONNECTION: ['connection', 'the connection was lost'],
  ETIMEDOUT: ['connection', 'the server did not answer in time'],
  ESOCKET: ['connection', 'the server could not be reached'],
  EDNS: ['connection', "the server's name could not be resolved"],
  EPROTOCOL: ['connection', 'the server did not speak SMTP'],
  EABORT: ['connection', 'the deadline passed'],
  EAUTH: ['config', 'the server offers no authentication that we have'],
  ENOAUTH: ['config', 'the server wants authentication'],
  EOAUTH2: ['config', 'no access token'],
  ETLS: ['config', 'TLS could not be established'],
  EREQUIRETLS: ['config', 'the server can not guarantee TLS'],
  ECONFIG: ['config', 'the settings are not valid'],
  EPROXY: ['config', 'the proxy refused'],
  EENVELOPE: ['recipient', 'the address is not one that SMTP can carry'],
  EMESSAGE: ['permanent', 'the message is larger than the server takes'],
};
const NO_TLS: SmtpMeaning = ['config', 'no TLS: the certificate does not hold, or the port does not speak it'];

/** What nodemailer throws, as far as it matters here. */
export interface SmtpFailure {
  code?: string;
  /** The code of the system error below `code`. */
  originalCode?: string;
  /** The command that was answered: `MAIL FROM`, `RCPT TO`, `DATA`, ... */
  command?: string;
  responseCode?: number;
  response?: string;
}

/** The code to show, and its meaning. Undefined: not an error of SMTP, so our bug. */
export function smtpMeaning(failure: SmtpFailure): { errorCode: string; meaning: SmtpMeaning } | undefined {
  const { code, originalCode, response, responseCode } = failure;
  if (responseCode !== undefined && responseCode >= 400) return replyMeaning(failure, responseCode, response ?? '');
  // nodemailer wraps Node's error.
  if (code === 'ESOCKET' && originalCode !== undefined && TLS_FAILURE_CODE.test(originalCode)) {
    return { errorCode: originalCode, meaning: NO_TLS };
  }
  const meaning = code === undefined ? undefined : NODEMAILER[code];
  return code === undefined || meaning === undefined ? undefined : { errorCode: code, meaning };
}

function replyMeaning(failure: SmtpFailure, basic: number, response: string) {
  const enhanced = /^\d{3}[ -]([45]\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1];
  const errorCode = enhanced ?? String(basic);
  const meaning = codeMeaning(enhanced, basic);
  // What is refused before a recipient was named is about us, unless it is about the size that MAIL FROM announced.
  const isAboutUs = failure.command !== 'RCPT TO' && failure.command !== 'DATA' && meaning[0] !== 'transient';
  const isAboutSize = errorCode === '5.3.4' || basic === 552;
  if (isAboutUs && !isAboutSize) return { errorCode, meaning: ['config', meaning[1]] satisfies SmtpMeaning };
  return { errorCode, meaning };
}

function codeMeaning(enhanced: string | undefined, basic: number): SmtpMeaning {
  const credentials = CREDENTIALS[basic];
  if (credentials !== undefined) return credentials;
  if (enhanced !== undefined) {
    const known = ENHANCED[enhanced];
    if (known !== undefined) return known;
    if (enhanced.startsWith('4.')) return ['transient', 'a temporary failure'];
    if (enhanced.startsWith('5.7.')) return SECURITY_OR_POLICY;
  }
  return BASIC[basic] ?? (basic < 500 ? ['transient', 'a temporary failure'] : ['permanent', 'refused']);
}
