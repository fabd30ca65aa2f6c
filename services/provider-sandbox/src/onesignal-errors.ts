import type { RefusalKind } from './behaviour.ts';
import type { VendorAnswer } from './vendor-request.ts';

/** https://documentation.onesignal.com/reference/create-message */
const ERRORS: Record<Exclude<RefusalKind, 'reject_recipient'>, readonly [status: number, sentence: string]> = {
  reject_content: [400, 'Message Notifications must have English language content'],
  transient: [503, 'Service temporarily unavailable'],
  rate_limit: [429, 'API rate limit exceeded'],
  auth: [403, "Access denied.  Please include an 'Authorization: ...' header with a valid API key"],
};

export function onesignalError(status: number, sentence: string): VendorAnswer {
  return { status, body: { errors: [sentence] } };
}

/** @param to the subscription id: OneSignal answers 200 for one that it does not know, and names it. */
export function onesignalRefusal(kind: RefusalKind, to: string): VendorAnswer {
  if (kind === 'reject_recipient') return { status: 200, body: { id: '', errors: { invalid_player_ids: [to] } } };
  return onesignalError(...ERRORS[kind]);
}
