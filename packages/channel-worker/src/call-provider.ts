import type { Attempt, Channel, Envelope } from '@notify/contracts';
import { errorFields, type Logger } from '@notify/service-kit';
import {
  DeliveryError,
  type OutgoingDelivery,
  type Provider,
  RecipientInvalidError,
  TransientDeliveryError,
} from './provider.ts';
import type { RejectedAddress } from './step.ts';

export interface ProviderCall {
  /** One that always comes back: `withBreaker`. */
  provider: Provider;
  envelope: Envelope;
  delivery: OutgoingDelivery;
  startedAt: Date;
  timeoutMs: number;
  logger: Logger;
}

export interface CallResult {
  attempt: Attempt;
  address: string;
  rejected?: RejectedAddress;
  retryAfterMs?: number;
}

/**
 * One provider call, as an attempt. Never throws: an error of the provider is its outcome, an error of ours
 * (a bug in an adapter) is logged as ERROR and counts as our misconfiguration, never as the recipient's fault.
 */
export async function callProvider(call: ProviderCall): Promise<CallResult> {
  const { provider, envelope, delivery, startedAt, timeoutMs, logger } = call;
  const { address } = delivery;
  const channel = envelope.plan[envelope.hop] as Channel;
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
    const { status, providerMessageId } = await provider.send(delivery, AbortSignal.timeout(timeoutMs));
    return { address, attempt: attemptWith({ status, providerMessageId }) };
  } catch (error) {
    if (!(error instanceof DeliveryError)) {
      logger.error('a provider adapter failed', { provider: provider.name, ...errorFields(error) });
      return { address, attempt: attemptWith({ status: 'failed', errorClass: 'config', errorCode: 'internal_error' }) };
    }
    const { errorClass, errorCode } = error;
    if (errorClass === 'config')
      logger.error('a provider refuses us', { provider: provider.name, error_code: errorCode });
    return {
      address,
      attempt: attemptWith({ status: errorClass === 'unknown' ? 'unknown' : 'failed', errorClass, errorCode }),
      ...(error instanceof RecipientInvalidError
        ? { rejected: { channel, address, reason: error.reason, provider: provider.name, errorCode } }
        : {}),
      ...(error instanceof TransientDeliveryError && error.retryAfterMs !== undefined
        ? { retryAfterMs: error.retryAfterMs }
        : {}),
    };
  }
}
