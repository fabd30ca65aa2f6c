import type { Behaviour, RefusalKind } from './behaviour.ts';
import type { VendorAnswer } from './vendor-request.ts';

const HELP = 'https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors';
const REQUESTS_PER_WINDOW = 600;
const WINDOW_SECONDS = 60;

/** https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/responses */
const ERRORS: Record<RefusalKind, readonly [status: number, message: string, field?: string]> = {
  // SendGrid takes a mailbox that does not exist, and tells by a receipt. An address that it refuses at once is the nearest.
  reject_recipient: [400, 'Does not contain a valid address.', 'personalizations.0.to.0.email'],
  reject_content: [400, 'The content value must be a string at least one character in length.', 'content.0.value'],
  transient: [503, 'Service unavailable'],
  rate_limit: [429, 'too many requests'],
  auth: [401, 'The provided authorization grant is invalid, expired, or revoked'],
};

export function sendgridError(status: number, message: string, field?: string): VendorAnswer {
  return { status, body: { errors: [{ message, field: field ?? null, help: field === undefined ? null : HELP }] } };
}

export function sendgridRefusal(
  kind: RefusalKind,
  { retryAfterSeconds = WINDOW_SECONDS }: Partial<Behaviour> = {},
): VendorAnswer {
  const answer = sendgridError(...ERRORS[kind]);
  if (kind !== 'rate_limit') return answer;
  return {
    ...answer,
    headers: {
      'X-RateLimit-Limit': String(REQUESTS_PER_WINDOW),
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(Math.ceil(Date.now() / 1000) + retryAfterSeconds),
    },
  };
}
