import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  AppError,
  type Channel,
  check,
  type Position,
  type ReceiptOutcome,
  type RejectionReason,
} from '@notify/contracts';
import Joi from 'joi';
import type { ReceiptsConfig } from './receipts-config.ts';

/** A vendor's request as it came. */
export interface VendorRequest {
  body: Buffer;
  headers: IncomingHttpHeaders;
  /** Path and query. */
  target: string;
  receivedAt: Date;
}

/** The attempt that a receipt is about: our adapters give these ids to the vendor, which repeats them. */
export interface AttemptReference extends Position {
  notificationId: string;
}

/** What a vendor's event means here. */
export interface Meaning {
  /** What became of the attempt. */
  outcome?: ReceiptOutcome;
  /** The address is not to be used any more. */
  rejection?: RejectionReason;
}

/** One event of a vendor's that means something here. */
export interface VendorEvent extends Meaning {
  /** Unlike that of any other event of this vendor, and the same when it is repeated. */
  id: string;
  /** Undefined where it is about an address alone. */
  attempt?: AttemptReference;
  address: string;
  /** The vendor's own word. */
  errorCode: string;
  occurredAt: Date;
}

/** How one vendor's receipts are verified and read. */
export interface VendorReceipts {
  provider: string;
  channel: Channel;
  /** Without these nothing can be verified. */
  settings: readonly (keyof ReceiptsConfig)[];
  /** @throws AppError `unauthorized` when the vendor did not send this, or too long ago. */
  verify(request: VendorRequest, config: Required<ReceiptsConfig>): void;
  /**
   * The events that mean something here: not those on the way, and none about messages that are not ours.
   * @throws AppError `malformed_json` for a body that is none of this vendor's.
   */
  eventsOf(request: VendorRequest): VendorEvent[];
  /** What a request carries once, where the vendor's signature leaves the body out. */
  onceOnlyToken?(request: VendorRequest): string;
}

/** The ids of an attempt, wherever a vendor repeats them; as text, since vendors carry nothing else. */
export interface AttemptJson {
  notification_id: string;
  epoch: number;
  hop: number;
  attempt: number;
}
export const attemptKeys = {
  notification_id: Joi.string().guid().required(),
  epoch: Joi.number().integer().min(0).required(),
  hop: Joi.number().integer().min(0).required(),
  attempt: Joi.number().integer().min(1).required(),
};
export function attemptOf({ notification_id, epoch, hop, attempt }: AttemptJson): AttemptReference {
  return { notificationId: notification_id, epoch, hop, attempt };
}

/** The value with its conversions, or undefined where it is not what the schema says: such an event means nothing here. */
export function matching<T>(schema: Joi.Schema<T>, value: unknown): T | undefined {
  const result = check(schema, value);
  return result.errors === undefined ? result.value : undefined;
}

/** @throws AppError `malformed_json`. */
export function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AppError('malformed_json', 'The body is not valid JSON');
  }
}

/** Whether two secrets are the same; how long it takes tells nothing of them. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Vendors' clocks may be ahead of ours by this much. */
const CLOCK_SKEW_SECONDS = 300;

/**
 * @param timestamp seconds since 1970, as the vendor signed it.
 * @param maxAgeSeconds longer than the vendor goes on repeating a request that we could not take.
 * @throws AppError `unauthorized`.
 */
export function refuseStale(timestamp: string | number, receivedAt: Date, maxAgeSeconds: number): void {
  const ageSeconds = receivedAt.getTime() / 1000 - Number(timestamp);
  // Also false for NaN.
  const isFresh = ageSeconds <= maxAgeSeconds && ageSeconds >= -CLOCK_SKEW_SECONDS;
  if (!isFresh) throw new AppError('unauthorized', 'The timestamp is too old, or in the future');
}

/** @throws AppError `unauthorized`: what every vendor's wrong signature leads to. */
export function refuseSignature(...settings: (keyof ReceiptsConfig)[]): never {
  throw new AppError(
    'unauthorized',
    `The signature is missing or wrong: it is verified with ${settings.join(' and ')}`,
  );
}

/** RFC 3463: a full mailbox, a mail that is too large, a policy, a suspicion of spam. Another mail may well get through. */
const NOT_THE_ADDRESS = /^5\.(2\.[23]|3\.\d+|7\.\d+)$/;

/** What a bounce means: the address is given up only where the mail server's enhanced status code does not blame something else. */
export function bounceMeaning(enhancedCode: string | undefined): Meaning {
  const isItsFault = enhancedCode === undefined || !NOT_THE_ADDRESS.test(enhancedCode);
  return { outcome: 'bounced', ...(isItsFault && { rejection: 'hard_bounce' }) };
}
