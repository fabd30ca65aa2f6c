import type { Logger } from '@notify/service-kit';
import { withBatches } from './batched-provider.ts';
import { withBreaker } from './counted-provider.ts';
import type { Provider } from './provider.ts';
import { createProviderBreaker, type ProviderBreaker } from './provider-breaker.ts';
import { createSlots, lowSlots, type Slots } from './slots.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

const DEFAULT_CONCURRENCY = 32;

/** A provider with its slots and its breaker: each has its own, so that one that fails or hangs takes nothing from the others. */
export interface GuardedProvider {
  /** Its calls are counted by the breaker, and come to an end. */
  provider: Provider;
  slots: Slots;
  breaker: ProviderBreaker;
}

/** @param resetAfterMs how long its breaker stays open before one call may try; default 30 s. */
export function guardProvider(
  provider: Provider,
  { logger, metrics, resetAfterMs }: { logger: Logger; metrics: WorkerMetrics; resetAfterMs?: number },
): GuardedProvider {
  const concurrency = provider.concurrency ?? DEFAULT_CONCURRENCY;
  metrics.availability(provider.name, true);
  const breaker = createProviderBreaker({
    concurrency,
    resetAfterMs,
    onChange(isAvailable) {
      metrics.availability(provider.name, isAvailable);
      if (isAvailable) logger.info('a provider is back', { provider: provider.name });
      else logger.warn('a provider fails and is not called for a while', { provider: provider.name });
    },
  });
  return {
    // What waits for its batch holds a slot, so that no more than these ever do.
    provider: withBatches(withBreaker(provider, breaker), lowSlots(concurrency)),
    slots: createSlots(concurrency),
    breaker,
  };
}
