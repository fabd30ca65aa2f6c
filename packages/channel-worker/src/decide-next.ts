import {
  type Envelope,
  hasNextChannel,
  isSuppressedReason,
  type NotificationTypeSettings,
  type ReasonCode,
  RUNGS,
  type RungName,
  type WaitReason,
} from '@notify/contracts';
import { nextRung } from '@notify/messaging';
import type { Outcome } from './outcome-of.ts';
import type { Decision } from './step.ts';

/** The waits between the tries on this channel of the plan. */
function scheduleOf(envelope: Envelope, settings: NotificationTypeSettings): readonly RungName[] {
  const schedules = settings.retryFor(envelope.priority);
  return hasNextChannel(envelope) ? schedules.before_failover : schedules.last_channel;
}

/** Whether what waits on that rung from now on may not be sent any more when it comes back. */
function expiresOn(rung: RungName, { expiresAt }: Envelope, nowMs: number): boolean {
  if (expiresAt === undefined) return false;
  return RUNGS.some(({ name, delayMs }) => name === rung && Date.parse(expiresAt) <= nowMs + delayMs);
}

/** On to the next channel, or where there is none, the end with that status. */
function leaveChannel(envelope: Envelope, reason: ReasonCode, status: 'failed' | 'unknown' | 'expired'): Decision {
  if (hasNextChannel(envelope)) return { kind: 'next_channel', reason, isSkip: false };
  return { kind: 'end', status, reason, isSkip: false };
}

/** Before it is sent once more it waits as long as the schedule does first, so that a receipt can tell: what has arrived is closed. */
function decideUnknown(envelope: Envelope, settings: NotificationTypeSettings, nowMs: number): Decision {
  const { onUnknown } = settings;
  if (onUnknown === 'hold') return { kind: 'end', status: 'unknown', reason: 'held', isSkip: false };
  const wasUnknownBefore = envelope.tried.some(
    (attempt) => attempt.epoch === envelope.epoch && attempt.hop === envelope.hop && attempt.status === 'unknown',
  );
  const isSync = envelope.replyTo !== undefined;
  const mayResend = !wasUnknownBefore && !isSync && (onUnknown === 'resend' || !hasNextChannel(envelope));
  const rung = mayResend ? nextRung(scheduleOf(envelope, settings), 1) : undefined;
  if (rung !== undefined && !expiresOn(rung, envelope, nowMs)) {
    return { kind: 'retry', rung, reason: 'unknown_outcome' };
  }
  // Never `expired`, which says that no provider has it.
  return leaveChannel(envelope, 'unknown_outcome', 'unknown');
}

/**
 * What follows from what the provider calls of one go amount to (outcome-of.ts). Pure.
 *
 * | outcome | with another channel left | on the last channel |
 * |---|---|---|
 * | taken by any | sent | sent |
 * | transient | short schedule, then the next channel | long schedule, then failed |
 * | config (ours) | next channel | long schedule, then failed |
 * | permanent, recipient | next channel | failed |
 * | unknown | next channel | once more, then unknown |
 *
 * The type has the schedules, and may want an unknown sent once more first (`resend`), or left as it is until a receipt tells (`hold`).
 * What would come back from its wait after `expiresAt` does not wait: the next channel at once, or on the last one expired.
 * A synchronous notification has one try per channel and no schedule.
 * @param nowMs when the wait begins, if there is one.
 * @param retryAfterMs the longest wait that a provider asked for.
 */
export function decideNext(
  envelope: Envelope,
  outcome: Outcome,
  settings: NotificationTypeSettings,
  nowMs: number,
  retryAfterMs = 0,
): Decision {
  if (outcome === 'sent' || outcome === 'delivered') return { kind: 'sent', status: outcome };
  if (outcome === 'unknown') return decideUnknown(envelope, settings, nowMs);

  const isSync = envelope.replyTo !== undefined;
  const isLast = !hasNextChannel(envelope);
  const mayRetry = !isSync && (outcome === 'transient' || (outcome === 'config' && isLast));
  if (!mayRetry) return leaveChannel(envelope, outcome, 'failed');
  const rung = nextRung(scheduleOf(envelope, settings), envelope.attempt, retryAfterMs);
  if (rung === undefined) return leaveChannel(envelope, 'retries_exhausted', 'failed');
  if (expiresOn(rung, envelope, nowMs)) return leaveChannel(envelope, 'no_time_left', 'expired');
  return { kind: 'retry', rung, reason: outcome };
}

/** A channel that can't be used for this notification: on to the next, or the end of the plan. */
export function decideSkip(envelope: Envelope, reason: ReasonCode): Decision {
  if (hasNextChannel(envelope)) return { kind: 'next_channel', reason, isSkip: true };
  const reasons = [...envelope.skipped.map((skip) => skip.reason), reason];
  // Nobody's failure: the recipient wants none of it, or must be left alone.
  const isSuppressed =
    envelope.tried.length === 0 && reasons.every((each) => each === 'opted_out' || isSuppressedReason(each));
  return { kind: 'end', status: isSuppressed ? 'suppressed' : 'failed', reason, isSkip: true };
}

/**
 * The rung on which a notification waits while no provider of its last channel can be called, or undefined when it need not wait: there
 * is another channel, or it is synchronous. A breaker lets a call through after half a minute; critical ones are there when it does.
 * In a long outage the others ask less often, since all that wait ask.
 * @param isComingBack whether a provider is: it lets some in already, and soon more.
 */
export function rungWithoutProvider(envelope: Envelope, isComingBack: boolean): RungName | undefined {
  if (hasNextChannel(envelope) || envelope.replyTo !== undefined) return undefined;
  if (isComingBack) return '1s';
  const isShortOutage = envelope.deferrals < 10;
  if (envelope.priority === 'critical') return isShortOutage ? '5s' : '30s';
  return isShortOutage ? '30s' : '2m';
}

/**
 * Its time is over: whatever channel is left, nothing is sent any more.
 * @param reason what it would have had to wait for until then, if so.
 */
export function decideExpired(reason: WaitReason | 'expired' = 'expired'): Decision {
  return { kind: 'end', status: 'expired', reason, isSkip: true };
}

/** Its recipient has had enough, and it can't wait for its turn: its type will not have that, or it would expire. */
export function decideOverCap({ onUserCap }: NotificationTypeSettings): Decision {
  if (onUserCap !== 'suppress') return decideExpired('user_cap');
  return { kind: 'end', status: 'suppressed', reason: 'user_cap', isSkip: true };
}

/** Nothing in the plan can work (the user or the template does not exist). */
export function decideHopeless(reason: ReasonCode): Decision {
  return { kind: 'end', status: 'failed', reason, isSkip: true };
}
