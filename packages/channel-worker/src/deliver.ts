import { randomUUID } from 'node:crypto';
import type { ClaimedSend, Claims } from '@notify/claims';
import {
  type Attempt,
  type Channel,
  type Envelope,
  hasNextChannel,
  type NotificationTypes,
  PROVIDERS_UNAVAILABLE,
  type ReasonCode,
  type RungName,
  SUPPRESSED_REASONS,
  type WaitReason,
} from '@notify/contracts';
import {
  type Broker,
  cancelledMessage,
  type Delivery,
  deadLetter,
  eventMessage,
  type OutgoingMessage,
  timelineEntry,
  waitMessage,
} from '@notify/messaging';
import { errorFields, type Logger, withContext } from '@notify/service-kit';
import { callProviders, maySendTo, withFirstAvailable } from './call-providers.ts';
import {
  decideExpired,
  decideHopeless,
  decideNext,
  decideOverCap,
  decideSkip,
  rungWithoutProvider,
} from './decide-next.ts';
import type { GuardedProvider } from './guarded-provider.ts';
import { outcomeOf } from './outcome-of.ts';
import { parseMessage } from './parse-message.ts';
import { type Enrichment, type Prepared, prepare } from './prepare.ts';
import { deferralOf, publicationsOf } from './publications.ts';
import type { Decision, Step } from './step.ts';
import { capFor, type UserCap } from './user-cap.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** A provider call that takes longer than this shows as `processing` before it ends. */
const SHOW_PROCESSING_AFTER_MS = 500;
/** Past its call's deadline by this much, a claim still `sending` belongs to a worker that died. */
const DEAD_SENDER_MARGIN_SECONDS = 5;

export interface DeliverOptions {
  channel: Channel;
  /** In the order of preference. */
  providers: readonly GuardedProvider[];
  claims: Claims<Step>;
  types: NotificationTypes;
  userCap: UserCap;
  enrichment: Enrichment;
  broker: Broker;
  logger: Logger;
  metrics: WorkerMetrics;
  /** How long the provider calls of one go may take together, in milliseconds; a synchronous notification has its own. */
  callTimeoutMs: number;
  syncCallTimeoutMs: number;
}

/**
 * The way of one message through a worker:
 * validate -> was it done before? -> prepare (whom, what) -> hold a provider -> claim -> call it, and the next one if it fails ->
 * decide -> keep the outcome in the claim -> publish what follows -> acknowledge (by returning).
 *
 * The order is the guarantee. A crash before the claim repeats everything and has sent nothing; a crash after the outcome
 * was kept repeats only the publications, whose ids are derived; only a crash between the first provider call and the last is an unknown.
 */
export function createDeliver(options: DeliverOptions): (delivery: Delivery) => Promise<void> {
  const { channel, providers, claims, types, enrichment, broker, logger, metrics } = options;
  const providerNames = providers.map(({ provider }) => provider.name);

  async function publishAll(messages: OutgoingMessage[]): Promise<void> {
    await Promise.all(messages.map((message) => broker.publishUntilConfirmed(message)));
  }

  async function defer(envelope: Envelope, reason: ReasonCode, rung?: RungName): Promise<void> {
    logger.info('deferred', { reason, deferrals: envelope.deferrals });
    metrics.outcome('deferred');
    await publishAll(deferralOf(envelope, reason, new Date().toISOString(), rung));
  }

  /** It may be sent, but not now: the record keeps it, and puts it back into its lane at that time. */
  async function waitUntil(envelope: Envelope, reason: WaitReason, until: string): Promise<void> {
    logger.info('deferred', { reason, until });
    metrics.outcome('deferred');
    await publishAll([waitMessage(envelope, reason, until, new Date().toISOString())]);
  }

  async function keepOutcome(envelope: Envelope, step: Step): Promise<boolean> {
    try {
      const wasSent = step.attempts.some(({ status }) => status !== 'failed');
      await claims.finish(envelope.notificationId, envelope, step, wasSent);
      return true;
    } catch (error) {
      logger.warn('the outcome could not be kept in the claim', errorFields(error));
      return false;
    }
  }

  async function conclude(envelope: Envelope, step: Step): Promise<void> {
    const isKept = await keepOutcome(envelope, step);
    await publishAll(publicationsOf(envelope, step));
    // Once more, should the acknowledgement not get through: a redelivery would find us still sending.
    if (!isKept) await keepOutcome(envelope, step);
    const { decision, attempts } = step;
    logger.info(decision.kind, {
      provider: attempts.at(-1)?.provider,
      error_code: attempts.find(({ errorCode }) => errorCode !== undefined)?.errorCode,
      ...('reason' in decision ? { reason: decision.reason } : {}),
      duration_ms: attempts.at(-1)?.durationMs,
    });
    metrics.outcome(decision.kind === 'end' ? decision.status : decision.kind);
  }

  const stepOf = (decision: Decision, attempts: Attempt[] = []): Step => ({
    attempts,
    rejected: [],
    decision,
    decidedAt: new Date().toISOString(),
  });

  /** Tells the record that a slow call is under way; the outcome's event says the same again, later. */
  function showProcessing(envelope: Envelope): void {
    const at = new Date().toISOString();
    const entry = timelineEntry(envelope, 'processing', 'processing', at);
    broker
      .publish(eventMessage(envelope, 'processing', 'processing', { attempts: [], timeline: [entry], occurredAt: at }))
      .catch((error: unknown) => logger.info('processing was not shown', errorFields(error)));
  }

  async function send(
    envelope: Envelope,
    { addresses, content, unsubscribeUrl }: Extract<Prepared, { state: 'ready' }>,
    able: readonly GuardedProvider[],
    first: GuardedProvider,
  ): Promise<Step> {
    const timeoutMs = envelope.replyTo === undefined ? options.callTimeoutMs : options.syncCallTimeoutMs;
    const timer = setTimeout(() => showProcessing(envelope), SHOW_PROCESSING_AFTER_MS);
    const go = { envelope, addresses, content, unsubscribeUrl, timeoutMs, logger };
    const { calls, passedOver } = await callProviders(able, first, go);
    clearTimeout(timer);
    for (const { attempt } of calls) metrics.call(attempt);
    const attempts = calls.map(({ attempt }) => attempt);
    const retryAfterMs = Math.max(0, ...calls.map((call) => call.retryAfterMs ?? 0));
    const outcome = outcomeOf(
      addresses.map(({ address }) => address),
      calls,
    );
    const decision = decideNext(
      envelope,
      outcome,
      types.settingsOf(envelope.notificationType),
      Date.now(),
      retryAfterMs,
    );
    return {
      ...stepOf(decision, attempts),
      confirmBy: confirmByOf(envelope, decision, attempts),
      rejected: calls.flatMap(({ rejected }) => rejected ?? []),
      ...(passedOver.length === 0 ? {} : { passedOver }),
    };
  }

  /** When a receipt has to be there, where one was asked for, can come, and would change anything. */
  function confirmByOf(envelope: Envelope, decision: Decision, attempts: readonly Attempt[]): string | undefined {
    if (envelope.confirmWithinSeconds === undefined || !hasNextChannel(envelope)) return undefined;
    if (decision.kind !== 'sent' || decision.status !== 'sent') return undefined;
    const taken = attempts.filter(({ status }) => status === 'sent').map((attempt) => attempt.provider);
    const isTold = providers.some(({ provider }) => provider.sendsReceipts && taken.includes(provider.name));
    return isTold ? new Date(Date.now() + envelope.confirmWithinSeconds * 1000).toISOString() : undefined;
  }

  /** The worker that had the claim died over its provider calls. Which provider it was calling, nobody knows. */
  function stepOfDeadSender(envelope: Envelope): Step {
    const attempt: Attempt = {
      channel,
      provider: providers.length === 1 ? (providers[0] as GuardedProvider).provider.name : 'unknown',
      epoch: envelope.epoch,
      hop: envelope.hop,
      attempt: envelope.attempt,
      status: 'unknown',
      errorClass: 'unknown',
      errorCode: 'worker_died',
      startedAt: new Date().toISOString(),
      durationMs: 0,
    };
    const settings = types.settingsOf(envelope.notificationType);
    return stepOf(decideNext(envelope, 'unknown', settings, Date.now()), [attempt]);
  }

  /**
   * Takes the claim and concludes with what `go` comes to, unless somebody else has it (done, still at it, or dead), nothing more is
   * wanted, or nothing may be sent to the address, or not now.
   */
  async function underClaim(envelope: Envelope, go: () => Step | Promise<Step>, send?: ClaimedSend): Promise<void> {
    const claimToken = envelope.claimToken ?? randomUUID();
    const claim = await claims.begin(envelope.notificationId, envelope, claimToken, send).catch((error: unknown) => {
      logger.warn('no claim could be taken', errorFields(error));
      return undefined;
    });
    // Redis may have taken it and not been able to say so: with the token the copy knows that nothing was sent under it.
    if (claim === undefined) return defer({ ...envelope, claimToken }, 'dependency_unavailable');
    if (claim.state === 'done') return publishAll(publicationsOf(envelope, claim.outcome));
    if (claim.state === 'closed') {
      logger.info('closed', { reason: claim.reason });
      // Whoever cancelled it tells the record, but may have died before that.
      if (claim.reason === 'cancelled') await publishAll([cancelledMessage(envelope, new Date().toISOString())]);
      return metrics.outcome('closed');
    }
    if (claim.state === 'sending') {
      const mayBeAliveSeconds = options.callTimeoutMs / 1000 + DEAD_SENDER_MARGIN_SECONDS;
      if (claim.ageSeconds < mayBeAliveSeconds) return defer(envelope, 'already_sending');
      return conclude(envelope, stepOfDeadSender(envelope));
    }
    if (claim.state === 'early') return waitUntil(envelope, claim.reason, claim.until);
    if (claim.state === 'over_cap') {
      return conclude(envelope, stepOf(decideOverCap(types.settingsOf(envelope.notificationType))));
    }
    if (claim.state === 'suppressed') {
      return conclude(envelope, stepOf(decideSkip(envelope, SUPPRESSED_REASONS[claim.reason])));
    }
    return conclude(envelope, await go());
  }

  /** No provider's breaker lets anybody in: the next channel at once, or on the last one a wait. */
  async function withoutProvider(envelope: Envelope, able: readonly GuardedProvider[]): Promise<void> {
    const rung = rungWithoutProvider(
      envelope,
      able.some(({ breaker }) => breaker.isComingBack),
    );
    if (rung !== undefined) return defer(envelope, PROVIDERS_UNAVAILABLE, rung);
    return underClaim(envelope, () => stepOf(decideSkip(envelope, PROVIDERS_UNAVAILABLE)));
  }

  /** Its recipient is to be left alone until then: it waits, unless it was dealt with before, or would be too late by then. */
  async function keepQuiet(envelope: Envelope, until: string): Promise<void> {
    const { expiresAt } = envelope;
    const isTooLate = expiresAt !== undefined && Date.parse(expiresAt) <= Date.parse(until);
    const send: ClaimedSend | undefined = isTooLate ? undefined : { notBefore: until };
    return underClaim(envelope, () => stepOf(decideExpired('quiet_hours')), send);
  }

  async function deliverEnvelope(envelope: Envelope, redelivered: boolean): Promise<void> {
    if (redelivered) {
      // Before asking what holds now: what was decided then is what counts.
      const done = await claims.read(envelope.notificationId, envelope).catch(() => undefined);
      if (done !== undefined) return publishAll(publicationsOf(envelope, done));
    }
    if (envelope.expiresAt !== undefined && Date.parse(envelope.expiresAt) <= Date.now()) {
      return underClaim(envelope, () => stepOf(decideExpired()));
    }
    const prepared = await prepare(envelope, channel, enrichment, types, providerNames);
    if (prepared.state === 'defer') return defer(envelope, prepared.reason);
    if (prepared.state === 'hopeless') return underClaim(envelope, () => stepOf(decideHopeless(prepared.reason)));
    if (prepared.state === 'skip') return underClaim(envelope, () => stepOf(decideSkip(envelope, prepared.reason)));
    if (prepared.state === 'quiet') return keepQuiet(envelope, prepared.until);
    // Of several addresses (devices) each may be dead, but none is suppressed.
    const [address] = prepared.addresses.length === 1 ? prepared.addresses : [];
    const claimed: ClaimedSend = {
      address: address === undefined ? undefined : { channel, address: address.address },
      cap: capFor(envelope, options.userCap, types.settingsOf(envelope.notificationType)),
    };
    const able = providers.filter((guarded) => prepared.addresses.some((each) => maySendTo(guarded, each)));
    return withFirstAvailable(able, envelope.priority, (first) =>
      first === undefined
        ? withoutProvider(envelope, able)
        : underClaim(envelope, () => send(envelope, prepared, able, first), claimed),
    );
  }

  return async (delivery) => {
    const parsed = parseMessage(delivery.body, channel);
    if (parsed.envelope === undefined) {
      logger.warn('dead letter', { reason: 'invalid_message', detail: parsed.problem, message_id: delivery.messageId });
      metrics.outcome('invalid_message');
      return deadLetter(broker, delivery, 'invalid_message', parsed.problem);
    }
    const { envelope } = parsed;
    const { notificationId, correlationId, traceparent, attempt } = envelope;
    return withContext({ notificationId, correlationId, traceparent, attempt, channel }, () =>
      deliverEnvelope(envelope, delivery.redelivered),
    );
  };
}
