import Joi from 'joi';
import { CHANNELS, type Channel } from './channels.ts';
import type { Position } from './ids.ts';
import { check } from './validate.ts';

/**
 * What a provider can tell later of a message that it took. `bounced`: the recipient's side refused it for good;
 * `undelivered`: it never got there; `complained`: the recipient called it spam, `opened` it, and so had got it; `read`: so it was, in our own
 * inbox.
 */
export const RECEIPT_OUTCOMES = ['delivered', 'bounced', 'undelivered', 'complained', 'opened', 'read'] as const;
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** `receipt.<channel>` on notifications.events: a provider's word on one attempt, in our terms. */
export interface ReceiptJson extends Position {
  version: 1;
  /** Derived from what the vendor names its event, so that a repeat is recognised. */
  event_id: string;
  outcome: ReceiptOutcome;
  channel: Channel;
  provider: string;
  notification_id: string;
  /** The vendor's own code. */
  error_code?: string;
  occurred_at: string;
}

export const receiptSchema = Joi.object<ReceiptJson>({
  version: Joi.valid(1).required(),
  event_id: Joi.string().required(),
  outcome: Joi.valid(...RECEIPT_OUTCOMES).required(),
  channel: Joi.valid(...CHANNELS).required(),
  provider: Joi.string().required(),
  notification_id: Joi.string().guid().required(),
  epoch: Joi.number().integer().min(0).required(),
  hop: Joi.number().integer().min(0).required(),
  attempt: Joi.number().integer().min(1).required(),
  error_code: Joi.string(),
  occurred_at: Joi.string().isoDate().required(),
})
  .unknown()
  .required();

/** What a `receipt.<channel>` message says, or everything that is wrong with it. Never throws. */
export function parseReceipt(json: unknown): { receipt: ReceiptJson; problem?: never } | { problem: string } {
  const result = check(receiptSchema, json);
  if (result.errors === undefined) return { receipt: result.value };
  return { problem: result.errors.map(({ field, code }) => `${field || 'message'}: ${code}`).join(', ') };
}

export const receiptRoutingKey = (channel: Channel): string => `receipt.${channel}`;
