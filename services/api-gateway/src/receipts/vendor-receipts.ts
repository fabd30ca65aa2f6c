import type { IncomingHttpHeaders } from 'node:http';
import type { Channel, ReceiptOutcome, RejectionReason } from '@notify/contracts';
import type { AttemptReference } from './attempt-reference.ts';
import type { ReceiptsConfig } from './receipts-config.ts';

/** More than enough for a request with one event of a few short fields. */
export const SINGLE_EVENT_BYTES = 64 * 1024;

/** A vendor's request as it came. */
export interface VendorRequest {
  body: Buffer;
  headers: IncomingHttpHeaders;
  /** Path and query. */
  target: string;
  receivedAt: Date;
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
  /** What is larger is refused unread. */
  bodyLimitBytes: number;
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
