import type { Attempt, Channel, Envelope } from '@notify/contracts';
import { errorFields, type Logger } from '@notify/service-kit';
import { DeliveryError, type OutgoingDelivery, type Provider, TransientDeliveryError } from './provider.ts';
import type { RejectedAddress } from './step.ts';

export interface CallResult {
  attempt: Attempt;
  rejected?: RejectedAddress;
  retryAfterMs?: number;
}

/** A provider that ignores its signal is left behind this long after the deadline. */
const GRACE_MS = 2_000;

async function sendWithin(provider: Provider, delivery: OutgoingDelivery, deadlineMs: number) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), deadlineMs + GRACE_MS);
  });
  try {
    return await Promise.race([provider.send(delivery, AbortSignal.timeout(deadlineMs)), late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * One provider call, as an attempt. Never throws: an error of the provider is its outcome, an error of ours
 * (a bug in an adapter) is logged as ERROR and counts as our misconfiguration, never as the recipient's fault.
 */
export async function callProvider(
  provider: Provider,
  envelope: Envelope,
  delivery: OutgoingDelivery,
  deadlineMs: number,
  logger: Logger,
): Promise<CallResult> {
  const channel = envelope.plan[envelope.hop] as Channel;
  const startedAt = new Date();
  // The wall clock may be set back meanwhile; this one never is.
  const begunMs = performance.now();
  const attemptWith = (outcome: Pick<Attempt, 'status'> & Partial<Attempt>): Attempt => ({
    channel,
    provider: provider.name,
    epoch: envelope.epoch,
    hop: envelope.hop,
    attempt: envelope.attempt,
    ...outcome,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - begunMs),
  });
  try {
    const result = await sendWithin(provider, delivery, deadlineMs);
    if (result === 'late') {
      return { attempt: attemptWith({ status: 'unknown', errorClass: 'unknown', errorCode: 'deadline' }) };
    }
    return { attempt: attemptWith({ status: result.status, providerMessageId: result.providerMessageId }) };
  } catch (error) {
    if (!(error instanceof DeliveryError)) {
      logger.error('a provider adapter failed', { provider: provider.name, ...errorFields(error) });
      return { attempt: attemptWith({ status: 'failed', errorClass: 'config', errorCode: 'internal_error' }) };
    }
    const { errorClass, errorCode } = error;
    if (errorClass === 'config')
      logger.error('a provider refuses us', { provider: provider.name, error_code: errorCode });
    return {
      attempt: attemptWith({ status: errorClass === 'unknown' ? 'unknown' : 'failed', errorClass, errorCode }),
      ...(errorClass === 'recipient'
        ? { rejected: { channel, address: delivery.address, provider: provider.name, errorCode } }
        : {}),
      ...(error instanceof TransientDeliveryError && error.retryAfterMs !== undefined
        ? { retryAfterMs: error.retryAfterMs }
        : {}),
    };
  }
}
