import type { Behaviour, RefusalKind } from './behaviour.ts';

/** An SMTP reply that refuses; smtp-server sends `responseCode` and the message. */
export class SmtpRefusal extends Error {
  readonly responseCode: number;

  /** @param reply the basic code, then the enhanced code (RFC 3463) and text. */
  constructor([responseCode, text]: readonly [number, string]) {
    super(text);
    this.name = 'SmtpRefusal';
    this.responseCode = responseCode;
  }
}

/** Codes: https://www.iana.org/assignments/smtp-enhanced-status-codes */
const REPLIES: Record<RefusalKind, readonly [number, string]> = {
  reject_recipient: [550, '5.1.1 The email account that you tried to reach does not exist'],
  reject_content: [550, '5.7.1 Message rejected: its content looks like spam'],
  transient: [451, '4.3.0 Temporary system problem, try again later'],
  rate_limit: [450, '4.7.1 Too many messages, slow down'],
  auth: [530, '5.7.0 Authentication required'],
};

export const CREDENTIALS_REFUSED = new SmtpRefusal([535, '5.7.8 Username and password not accepted']);

export function smtpRefusal(kind: RefusalKind, { retryAfterSeconds }: Pick<Behaviour, 'retryAfterSeconds'> = {}) {
  const [code, text] = REPLIES[kind];
  // SMTP has no field for it; people who read the log still want to know.
  const hint = retryAfterSeconds === undefined ? '' : `; retry after ${retryAfterSeconds} seconds`;
  return new SmtpRefusal([code, `${text}${hint}`]);
}
