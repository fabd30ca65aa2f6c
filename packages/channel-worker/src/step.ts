import type { Attempt, Channel, ErrorClass, ReasonCode, RejectionReason, RungName, Status } from '@notify/contracts';

/** What a worker decided for one notification at one position. Plain data: it is kept in the claim and published from there. */
export type Decision =
  | { kind: 'sent'; status: 'sent' | 'delivered' }
  /** The same hop again, after a rung. */
  | { kind: 'retry'; rung: RungName; reason: ReasonCode }
  /** The next channel of the plan at once: this one failed, or (`isSkip`) no provider was called. */
  | { kind: 'next_channel'; reason: ReasonCode; isSkip: boolean }
  /** The plan is used up. */
  | {
      kind: 'end';
      status: Extract<Status, 'failed' | 'suppressed' | 'unknown' | 'expired'>;
      reason: ReasonCode;
      isSkip: boolean;
    };

/** An address that the provider says is not to be used any more. */
export interface RejectedAddress {
  channel: Channel;
  address: string;
  reason: RejectionReason;
  provider: string;
  errorCode: string;
}

/** A provider of the channel that another one took over from in this go, or that was not called, though another one was. */
export interface PassedOver {
  provider: string;
  /** What it failed with, or why it was not called. */
  reason: ErrorClass | 'breaker_open' | 'no_time_left';
  at: string;
}

/** One go of a worker: the provider calls it made, and what follows from them. */
export interface Step {
  attempts: Attempt[];
  rejected: RejectedAddress[];
  passedOver?: PassedOver[];
  decision: Decision;
  /** Of what was sent: when the next channel takes over, unless a receipt says `delivered` before. */
  confirmBy?: string;
  decidedAt: string;
}
