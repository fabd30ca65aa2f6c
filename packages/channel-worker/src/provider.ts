import type { ErrorClass, RejectionReason } from '@notify/contracts';

/** What a provider is asked to send. */
export interface OutgoingDelivery {
  notificationId: string;
  epoch: number;
  hop: number;
  attempt: number;
  /** An email address, an E.164 number, a device token, or a user id (in_app). */
  address: string;
  userId?: string;
  content: { title?: string; body?: string; html?: string; data?: Record<string, string>; actionUrl?: string };
  correlationId: string;
  /** Where the recipient stops email of this kind. Differs from one message to the next. */
  unsubscribeUrl?: string;
  /** It may wait a moment for others with the same content: low priority, nobody waits for the answer, and the call has its full time. */
  mayWait?: boolean;
}

export interface ProviderResult {
  /** `delivered` only where the provider knows that it arrived. */
  status: 'sent' | 'delivered';
  providerMessageId?: string;
}

/** An adapter to one vendor. */
export interface Provider {
  /** As it stands in attempts, logs and metrics: `smtp`, `twilio`, `fcm`, `inbox`. */
  name: string;
  /**
   * One call. Never retries by itself and never mutates its input.
   * @param signal aborts at the call's deadline.
   * @throws DeliveryError of the class that the vendor's code stands for; anything else is our bug.
   */
  send(delivery: OutgoingDelivery, signal: AbortSignal): Promise<ProviderResult>;
  /**
   * Several messages with the same content to different addresses, in one vendor call. The vendor takes all of them or none.
   * Only where it has such a call that still tells each message's receipts apart.
   * @throws DeliveryError as `send` does; `permanent` and `recipient` where any of them is refused.
   */
  sendBatch?(deliveries: readonly OutgoingDelivery[], signal: AbortSignal): Promise<ProviderResult>;
  /** How many the vendor takes in one such call. */
  maxBatchSize?: number;
  /** Releases pooled connections. */
  close?(): Promise<void> | void;
  /** Whether a receipt will tell that a message arrived. Where none comes, `sent` counts as confirmed. */
  sendsReceipts?: boolean;
  /** How many calls it can usefully take at once; default 32. */
  concurrency?: number;
}

/** Why a provider call failed. Messages never contain the address or the content. */
export abstract class DeliveryError extends Error {
  abstract readonly errorClass: ErrorClass;
  /** The vendor's own code. */
  readonly errorCode: string;

  constructor(message: string, errorCode: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.errorCode = errorCode;
  }
}

/** The content can never be delivered: the next channel. */
export class PermanentDeliveryError extends DeliveryError {
  readonly errorClass = 'permanent';
}

/** It may work later: this hop's retry schedule. */
export class TransientDeliveryError extends DeliveryError {
  readonly errorClass = 'transient';
  /** The vendor's own wish, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, errorCode: string, options: ErrorOptions & { retryAfterMs?: number } = {}) {
    super(message, errorCode, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** This address is not to be used any more: the next channel, and the address is reported. */
export class RecipientInvalidError extends DeliveryError {
  readonly errorClass = 'recipient';
  readonly reason: RejectionReason;

  /** @param options.reason default `hard_bounce`. */
  constructor(message: string, errorCode: string, options: ErrorOptions & { reason?: RejectionReason } = {}) {
    super(message, errorCode, options);
    this.reason = options.reason ?? 'hard_bounce';
  }
}

/** The vendor refuses us (credentials, sender): ours to mend, logged as ERROR, never blamed on the recipient. */
export class ProviderConfigError extends DeliveryError {
  readonly errorClass = 'config';
}

/** Cut off after the request went out: it may or may not have been sent. */
export class UnknownOutcomeError extends DeliveryError {
  readonly errorClass = 'unknown';
}

/**
 * The error of a class, for adapters whose table says which.
 * @param message a fixed text, never the vendor's: those quote addresses and content.
 * @param retryAfterMs only counts where the error is transient.
 */
export function deliveryError(
  errorClass: ErrorClass,
  message: string,
  errorCode: string,
  retryAfterMs?: number,
): DeliveryError {
  switch (errorClass) {
    case 'permanent':
      return new PermanentDeliveryError(message, errorCode);
    case 'recipient':
      return new RecipientInvalidError(message, errorCode);
    case 'transient':
      return new TransientDeliveryError(message, errorCode, { retryAfterMs });
    case 'config':
      return new ProviderConfigError(message, errorCode);
    case 'unknown':
      return new UnknownOutcomeError(message, errorCode);
  }
}
