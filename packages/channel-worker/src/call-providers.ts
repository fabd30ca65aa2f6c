import type { Envelope, Priority } from '@notify/contracts';
import type { Logger } from '@notify/service-kit';
import { type CallResult, callProvider } from './call-provider.ts';
import type { GuardedProvider } from './guarded-provider.ts';
import { mayAnotherProviderHelp } from './outcome-of.ts';
import type { OutgoingDelivery } from './provider.ts';
import type { PassedOver } from './step.ts';

/** With less time left another provider is not asked: a call that is cut off is an unknown, and a retry is better than that. */
const MIN_CALL_MS = 5_000;

/**
 * Runs `work` with the first provider of the order that can be called, in one of its slots; with undefined when there is none.
 * The slot is kept until `work` is over, calls to further providers included, so that no more goes than that wait for theirs.
 */
export async function withFirstAvailable(
  providers: readonly GuardedProvider[],
  priority: Priority,
  work: (first: GuardedProvider | undefined) => Promise<void>,
): Promise<void> {
  for (const guarded of providers) {
    const { breaker, slots } = guarded;
    if (!breaker.isAvailable) continue;
    const isDone = await slots(priority, async () => {
      // It may have opened while we waited for the slot.
      if (!breaker.enter()) return false;
      try {
        await work(guarded);
      } finally {
        breaker.leave();
      }
      return true;
    });
    if (isDone) return;
  }
  await work(undefined);
}

export interface Go {
  envelope: Envelope;
  addresses: string[];
  content: OutgoingDelivery['content'];
  /** For all of its calls together, in milliseconds: the claim and a stop rely on it. */
  timeoutMs: number;
  logger: Logger;
}

export interface GoResult {
  /** In the order of the calls. */
  calls: CallResult[];
  passedOver: PassedOver[];
}

/**
 * The provider calls of one go, each an attempt: those of the first provider, which the caller holds, and as long as nothing but
 * transient and config errors came of it, those of the next. A synchronous notification asks the first one alone.
 */
export async function callProviders(
  providers: readonly GuardedProvider[],
  first: GuardedProvider,
  go: Go,
): Promise<GoResult> {
  const endsAtMs = performance.now() + go.timeoutMs;
  const place = providers.indexOf(first);
  const passedOver = providers.slice(0, place).map((guarded) => passOver(guarded, 'breaker_open'));
  const others = go.envelope.replyTo === undefined ? providers.slice(place + 1) : [];

  let latest = await callForEach(first, go.addresses, new Date(), go.timeoutMs, go);
  const calls = [...latest];
  for (const other of others) {
    if (!mayAnotherProviderHelp(latest.map(({ attempt }) => attempt))) break;
    const failed = latest.filter(({ attempt }) => mayAnotherProviderHelp([attempt])).map(({ address }) => address);
    const answer = await withinSlot(other, go.envelope.priority, endsAtMs - MIN_CALL_MS, () =>
      callForEach(other, failed, after(calls), Math.floor(endsAtMs - performance.now()), go),
    );
    if (typeof answer === 'string') passedOver.push(passOver(other, answer));
    else {
      latest = answer;
      calls.push(...latest);
    }
  }
  return { calls, passedOver };
}

function passOver({ provider }: GuardedProvider, reason: PassedOver['reason']): PassedOver {
  return { provider: provider.name, reason, at: new Date().toISOString() };
}

/** The record orders calls by their time, so that no call may seem to begin with one that came before it. */
function after(calls: readonly CallResult[]): Date {
  return new Date(Math.max(Date.now(), ...calls.map(({ attempt }) => Date.parse(attempt.startedAt) + 1)));
}

function callForEach(
  { provider, breaker }: GuardedProvider,
  addresses: string[],
  startedAt: Date,
  timeoutMs: number,
  { envelope, content, logger }: Go,
): Promise<CallResult[]> {
  const { notificationId, epoch, hop, attempt, correlationId, recipient } = envelope;
  return Promise.all(
    addresses.map((address) =>
      callProvider({
        provider,
        breaker,
        envelope,
        delivery: { notificationId, epoch, hop, attempt, correlationId, address, userId: recipient.userId, content },
        startedAt,
        timeoutMs,
        logger,
      }),
    ),
  );
}

/** Runs `work` in a slot of the provider, or says why it can't be: no slot was free by then, or it is not to be called. */
async function withinSlot<T extends object>(
  { slots, breaker }: GuardedProvider,
  priority: Priority,
  untilMs: number,
  work: () => Promise<T>,
): Promise<T | PassedOver['reason']> {
  if (!breaker.isAvailable) return 'breaker_open';
  const waitMs = untilMs - performance.now();
  if (waitMs <= 0) return 'no_time_left';
  let timer: NodeJS.Timeout | undefined;
  let isTooLate = false;
  const late = new Promise<'no_time_left'>((resolve) => {
    timer = setTimeout(() => {
      isTooLate = true;
      resolve('no_time_left');
    }, waitMs);
  });
  const inSlot = slots(priority, async () => {
    clearTimeout(timer);
    if (isTooLate) return 'no_time_left';
    if (!breaker.enter()) return 'breaker_open';
    try {
      return await work();
    } finally {
      breaker.leave();
    }
  });
  return Promise.race([inSlot, late]);
}
