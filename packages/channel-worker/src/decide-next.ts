import { type Attempt, type Envelope, type ErrorClass, retryScheduleFor } from '@notify/contracts';
import { nextRung } from '@notify/messaging';
import type { Decision } from './step.ts';

/** Before a send that may have happened is tried once more, a receipt has a moment to tell. */
const RESEND_RUNG = '5s';

/** What several calls of one go (a push to several devices) amount to: the class that leaves most hope decides. */
const BY_HOPE: readonly ErrorClass[] = ['unknown', 'transient', 'config', 'permanent', 'recipient'];

function hasNextChannel(envelope: Envelope): boolean {
  return envelope.hop + 1 < envelope.plan.length;
}

function giveUpChannel(envelope: Envelope, reason: string): Decision {
  if (hasNextChannel(envelope)) return { kind: 'next_channel', reason, isSkip: false };
  return { kind: 'end', status: 'failed', reason, isSkip: false };
}

function decideUnknown(envelope: Envelope): Decision {
  if (hasNextChannel(envelope)) return { kind: 'next_channel', reason: 'unknown_outcome', isSkip: false };
  const wasUnknownBefore = envelope.tried.some(
    (attempt) => attempt.epoch === envelope.epoch && attempt.hop === envelope.hop && attempt.status === 'unknown',
  );
  const isSync = envelope.replyTo !== undefined;
  if (wasUnknownBefore || isSync) return { kind: 'end', status: 'unknown', reason: 'unknown_outcome', isSkip: false };
  return { kind: 'retry', rung: RESEND_RUNG, reason: 'unknown_outcome' };
}

/**
 * What follows from the provider calls of one go. Pure.
 *
 * | outcome | with another channel left | on the last channel |
 * |---|---|---|
 * | taken by any | sent | sent |
 * | transient | short schedule, then the next channel | long schedule, then failed |
 * | config (ours) | next channel | long schedule, then failed |
 * | permanent, recipient | next channel | failed |
 * | unknown | next channel | once more, then unknown |
 *
 * A synchronous notification has one try per channel and no schedule.
 * @param retryAfterMs the longest wait that a provider asked for.
 */
export function decideNext(envelope: Envelope, attempts: readonly Attempt[], retryAfterMs = 0): Decision {
  if (attempts.some(({ status }) => status === 'delivered')) return { kind: 'sent', status: 'delivered' };
  if (attempts.some(({ status }) => status === 'sent')) return { kind: 'sent', status: 'sent' };

  const errorClass = BY_HOPE.find((each) => attempts.some((attempt) => attempt.errorClass === each)) ?? 'permanent';
  if (errorClass === 'unknown') return decideUnknown(envelope);

  const isSync = envelope.replyTo !== undefined;
  const isLast = !hasNextChannel(envelope);
  const mayRetry = !isSync && (errorClass === 'transient' || (errorClass === 'config' && isLast));
  if (!mayRetry) return giveUpChannel(envelope, errorClass);
  const rung = nextRung(retryScheduleFor(envelope.priority, isLast), envelope.attempt, retryAfterMs);
  if (rung !== undefined) return { kind: 'retry', rung, reason: errorClass };
  return giveUpChannel(envelope, 'retries_exhausted');
}

/** A channel that can't be used for this notification: on to the next, or the end of the plan. */
export function decideSkip(envelope: Envelope, reason: string): Decision {
  if (hasNextChannel(envelope)) return { kind: 'next_channel', reason, isSkip: true };
  const reasons = [...envelope.skipped.map((skip) => skip.reason), reason];
  // Nobody's failure: the recipient wants none of it.
  const isSuppressed = envelope.tried.length === 0 && reasons.every((each) => each === 'opted_out');
  return { kind: 'end', status: isSuppressed ? 'suppressed' : 'failed', reason, isSkip: true };
}

/** Nothing in the plan can work (the user or the template does not exist). */
export function decideHopeless(reason: string): Decision {
  return { kind: 'end', status: 'failed', reason, isSkip: true };
}
