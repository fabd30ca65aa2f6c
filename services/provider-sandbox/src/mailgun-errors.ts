import type { RefusalKind } from './behaviour.ts';
import type { VendorAnswer } from './vendor-request.ts';

/** https://documentation.mailgun.com/docs/mailgun/quickstart-guide/responses */
const ERRORS: Record<RefusalKind, readonly [status: number, message: string]> = {
  // Mailgun takes a mailbox that does not exist, and tells by a receipt. An address that it refuses at once is the nearest.
  reject_recipient: [400, 'to parameter is not a valid address. please check documentation'],
  reject_content: [400, "Need at least one of 'text' or 'html' parameters specified"],
  transient: [503, 'Service Unavailable'],
  rate_limit: [429, 'Too many requests'],
  auth: [401, 'Invalid private key'],
};

export function mailgunError(status: number, message: string): VendorAnswer {
  return { status, body: { message } };
}

export function mailgunRefusal(kind: RefusalKind): VendorAnswer {
  return mailgunError(...ERRORS[kind]);
}
