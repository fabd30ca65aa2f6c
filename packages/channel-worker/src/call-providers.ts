import type { Envelope, ErrorClass, Priority } from '@notify/contracts';
import type { Address } from '@notify/enrichment';
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
  addresses: readonly Address[];
  content: OutgoingDelivery['content'];
  unsubscribeUrl?: string;
  /** For all of its calls together, in milliseconds: the claim and a stop rely on it. */
  timeoutMs: number;
  logger: Logger;
}

export interface GoResult {
  /** In the order of the calls. */
  calls: CallResult[];
  /** In the order in which they were left. */
  passedOver: PassedOver[];
}

/** Whether a provider may be asked to send to an address: a device token is its vendor's own. */
export function maySendTo({ provider }: GuardedProvider, address: Address): boolean {
  return address.provider === undefined || address.provider === provider.name;
}

/**
 * The provider calls of one go, each an attempt: those of the first provider, which the caller holds, then those of every further one
 * that may send to an address that no provider was asked about yet, or with nothing but transient and config errors. A synchronous
 * notification asks the first one alone.
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

  const calls: CallResult[] = [];
  const lastAttemptAt = (address: string) => calls.findLast((call) => call.address === address)?.attempt;
  const openFor = (guarded: GuardedProvider): string[] =>
    go.addresses
      .filter((each) => maySendTo(guarded, each))
      .map(({ address }) => address)
      .filter((address) => {
        const last = lastAttemptAt(address);
        return last === undefined || mayAnotherProviderHelp(last);
      });

  calls.push(...(await callForEach(first, openFor(first), new Date(), go.timeoutMs, go)));
  for (const other of others) {
    const addresses = openFor(other);
    if (addresses.length === 0) continue;
    const answer = await withinSlot(other, go.envelope.priority, endsAtMs - MIN_CALL_MS, () =>
      callForEach(other, addresses, after(calls), Math.floor(endsAtMs - performance.now()), go),
    );
    if (typeof answer === 'string') {
      passedOver.push(passOver(other, answer));
      continue;
    }
    const failed = lastAttemptAt(addresses[0] as string);
    if (failed?.errorClass !== undefined) {
      const at = answer[0]?.attempt.startedAt ?? new Date().toISOString();
      passedOver.push({ provider: failed.provider, reason: failed.errorClass, at });
    }
    calls.push(...answer);
  }
  return { calls, passedOver };
}

type NotCalled = Exclude<PassedOver['reason'], ErrorClass>;

function passOver({ provider }: GuardedProvider, reason: NotCalled): PassedOver {
  return { provider: provider.name, reason, at: new Date().toISOString() };
}

/** The record orders calls by their time, so that no call may seem to begin with one that came before it. */
function after(calls: readonly CallResult[]): Date {
  return new Date(Math.max(Date.now(), ...calls.map(({ attempt }) => Date.parse(attempt.startedAt) + 1)));
}

function callForEach(
  { provider }: GuardedProvider,
  addresses: readonly string[],
  startedAt: Date,
  timeoutMs: number,
  { envelope, content, unsubscribeUrl, logger, timeoutMs: fullTimeMs }: Go,
): Promise<CallResult[]> {
  const { notificationId, epoch, hop, attempt, correlationId, recipient, priority, replyTo } = envelope;
  // A batch has the shortest deadline of its members: what has less than the full time left would cut off the others.
  const mayWait = priority === 'low' && replyTo === undefined && timeoutMs === fullTimeMs;
  const position = { notificationId, epoch, hop, attempt };
  const shared = { ...position, correlationId, userId: recipient.userId, content, unsubscribeUrl, mayWait };
  return Promise.all(
    addresses.map((address) =>
      callProvider({
        provider,
        envelope,
        delivery: { ...shared, address },
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
): Promise<T | NotCalled> {
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
