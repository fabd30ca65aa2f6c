import {
  attemptToJson,
  type Channel,
  type Envelope,
  EVENTS_EXCHANGE,
  eventId,
  RECIPIENT_REJECTED,
  type ReasonCode,
  type RecipientRejectedJson,
  type RungName,
  rungExchange,
  type Skip,
  type Status,
  type SyncReplyJson,
  type TimelineEntryJson,
  type TimelineEvent,
} from '@notify/contracts';
import {
  deferralRung,
  deferredLaneMessage,
  eventMessage,
  failedMessage,
  laneMessage,
  type OutgoingMessage,
  timelineEntry,
} from '@notify/messaging';
import type { Decision, Step } from './step.ts';

/** How a decision is told: the event, the status it stands for. */
function told(decision: Decision): { event: TimelineEvent; status: Status; reason?: ReasonCode } {
  switch (decision.kind) {
    case 'sent':
      return { event: decision.status, status: decision.status };
    case 'retry':
      return { event: 'retrying', status: 'retrying', reason: decision.reason };
    case 'next_channel':
      return { event: decision.isSkip ? 'skipped' : 'failover', status: 'processing', reason: decision.reason };
    case 'end':
      return { event: decision.status, status: decision.status, reason: decision.reason };
  }
}

/** Every provider of the channel that another one took over from, or would have: why, and when. */
function failoversInside(envelope: Envelope, { passedOver = [] }: Step): TimelineEntryJson[] {
  return passedOver.map(({ provider, reason, at }) => ({
    ...timelineEntry(envelope, 'failover', 'processing', at, { reason, discriminator: provider }),
    provider,
  }));
}

function outcomeEvent(envelope: Envelope, step: Step): OutgoingMessage {
  const { attempts, decision, decidedAt } = step;
  const { event, status, reason } = told(decision);
  const timeline = failoversInside(envelope, step);
  const first = attempts[0];
  if (first !== undefined) timeline.push(timelineEntry(envelope, 'processing', 'processing', first.startedAt));
  if (decision.kind === 'end' && decision.isSkip) {
    timeline.push(timelineEntry(envelope, 'skipped', 'processing', decidedAt, { reason }));
  }
  timeline.push(timelineEntry(envelope, event, status, decidedAt, { reason }));
  return eventMessage(envelope, event, status, {
    attempts: attempts.map(attemptToJson),
    timeline,
    occurredAt: decidedAt,
    confirmBy: step.confirmBy,
  });
}

/** The channels that were passed over, this one included if it was. */
function skippedWith(envelope: Envelope, decision: Decision): Skip[] {
  if (!('isSkip' in decision && decision.isSkip)) return envelope.skipped;
  return [...envelope.skipped, { channel: envelope.plan[envelope.hop] as Channel, reason: decision.reason }];
}

/** What is held waits for a receipt; the others are nobody's failure, and nothing that an operator could mend. */
function isForOperators({ status, reason }: Extract<Decision, { kind: 'end' }>): boolean {
  return status !== 'suppressed' && status !== 'expired' && reason !== 'held';
}

function nextStep(envelope: Envelope, { attempts, decision }: Step): OutgoingMessage | undefined {
  // Both were for this position alone.
  const { claimToken: _spent, isResumed: _heeded, ...next } = envelope;
  const tried = [...envelope.tried, ...attempts];
  switch (decision.kind) {
    case 'sent':
      return undefined;
    case 'retry': {
      const again = laneMessage({ ...next, attempt: envelope.attempt + 1, tried }, decision.reason);
      // The lane's routing key stays on it: with it the rung gives it back.
      return { ...again, exchange: rungExchange(decision.rung) };
    }
    case 'next_channel': {
      const skipped = skippedWith(envelope, decision);
      return laneMessage({ ...next, hop: envelope.hop + 1, attempt: 1, tried, skipped }, decision.reason);
    }
    case 'end':
      return isForOperators(decision) ? failedMessage({ ...next, tried }, decision.reason) : undefined;
  }
}

function rejections(envelope: Envelope, step: Step): OutgoingMessage[] {
  return step.rejected.map((rejected, index) => {
    const id = eventId(envelope.notificationId, envelope, 'rejected', String(index));
    const body: RecipientRejectedJson = {
      version: 1,
      event_id: id,
      channel: rejected.channel,
      address: rejected.address,
      reason: rejected.reason,
      user_id: envelope.recipient.userId,
      provider: rejected.provider,
      error_code: rejected.errorCode,
      occurred_at: step.decidedAt,
    };
    return { exchange: EVENTS_EXCHANGE, routingKey: RECIPIENT_REJECTED, messageId: id, body };
  });
}

function syncReply(envelope: Envelope, { attempts, decision }: Step): OutgoingMessage | undefined {
  if (envelope.replyTo === undefined || decision.kind === 'retry' || decision.kind === 'next_channel') return undefined;
  const body: SyncReplyJson = {
    version: 1,
    notification_id: envelope.notificationId,
    status: decision.status,
    channel: envelope.plan[envelope.hop],
    attempts: [...envelope.tried, ...attempts].map(attemptToJson),
    skipped: skippedWith(envelope, decision),
  };
  // Not mandatory: a gateway that is gone has nobody left to answer.
  return {
    exchange: '',
    routingKey: envelope.replyTo,
    messageId: `${envelope.notificationId}.reply`,
    body,
    mandatory: false,
  };
}

/**
 * Everything that a step has to tell the world: the next hop or try, the event, rejected addresses, the reply.
 * Derived from the envelope and the step alone, so that publishing it again changes nothing.
 */
export function publicationsOf(envelope: Envelope, step: Step): OutgoingMessage[] {
  return [
    nextStep(envelope, step),
    outcomeEvent(envelope, step),
    ...rejections(envelope, step),
    syncReply(envelope, step),
  ].filter((message) => message !== undefined);
}

/**
 * Puts a notification off without using up a try: something that it needs is away.
 * @param rung where it waits; by default the longer, the more often it was put off.
 */
export function deferralOf(
  envelope: Envelope,
  reason: ReasonCode,
  at: string,
  rung: RungName = deferralRung(envelope.deferrals),
): OutgoingMessage[] {
  const deferred = deferredLaneMessage({ ...envelope, deferrals: envelope.deferrals + 1 }, reason);
  const discriminator = String(envelope.deferrals);
  return [
    { ...deferred, exchange: rungExchange(rung) },
    eventMessage(envelope, 'deferred', 'processing', {
      attempts: [],
      timeline: [timelineEntry(envelope, 'deferred', 'processing', at, { reason, discriminator })],
      occurredAt: at,
      discriminator,
    }),
  ];
}
