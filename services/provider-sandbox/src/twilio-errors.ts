import type { Behaviour, RefusalKind } from './behaviour.ts';
import type { VendorAnswer } from './vendor-request.ts';

/** Code -> HTTP status and message. https://www.twilio.com/docs/api/errors */
const ERRORS = {
  20003: [401, 'Authenticate'],
  20429: [429, 'Too Many Requests'],
  20503: [503, 'Service is unavailable. Please try again.'],
  21211: [400, "Invalid 'To' Phone Number"],
  21602: [400, 'Message body is required.'],
  21603: [400, "A 'From' phone number is required."],
  21604: [400, "A 'To' phone number is required."],
  21610: [400, 'Attempt to send to unsubscribed recipient'],
  21614: [400, "'To' number is not a valid mobile number"],
  21617: [400, 'The concatenated message body exceeds the 1600 character limit'],
} as const satisfies Record<number, readonly [status: number, message: string]>;
export type TwilioErrorCode = keyof typeof ERRORS;

const CODE_OF_KIND: Record<RefusalKind, TwilioErrorCode> = {
  reject_recipient: 21211,
  reject_content: 21617,
  transient: 20503,
  rate_limit: 20429,
  auth: 20003,
};

export function twilioError(code: TwilioErrorCode): VendorAnswer {
  const [status, message] = ERRORS[code];
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

export function twilioRefusal(kind: RefusalKind, { vendorCode }: Behaviour): VendorAnswer {
  return twilioError((vendorCode as TwilioErrorCode | undefined) ?? CODE_OF_KIND[kind]);
}
