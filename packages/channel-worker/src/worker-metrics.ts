import type { Attempt, Channel } from '@notify/contracts';
import { counter, durationHistogram, gauge, type Metrics } from '@notify/service-kit';

export interface WorkerMetrics {
  /** `sent`, `retry`, `next_channel`, `failed`, `suppressed`, `unknown`, `deferred` or `invalid_message`. */
  outcome(outcome: string): void;
  call(attempt: Attempt): void;
  /** Whether a provider is called as usual; not while its breaker is open, nor while it comes back. */
  availability(provider: string, isAvailable: boolean): void;
}

export function createWorkerMetrics(registry: Metrics, channel: Channel): WorkerMetrics {
  const outcomes = counter(registry, 'deliveries_total', 'Messages of a lane, by what became of them', [
    'channel',
    'outcome',
  ]);
  const calls = durationHistogram(registry, 'provider_call_duration_seconds', 'Provider calls', [
    'channel',
    'provider',
    'status',
    'error_class',
  ]);
  const availability = gauge(
    registry,
    'provider_available',
    '1 while a provider is called as usual, 0 while its breaker holds calls back',
    ['channel', 'provider'],
  );
  return {
    outcome: (outcome) => outcomes.inc({ channel, outcome }),
    call: ({ provider, status, errorClass, durationMs }) =>
      calls.observe({ channel, provider, status, error_class: errorClass ?? 'none' }, durationMs / 1000),
    availability: (provider, isAvailable) => availability.set({ channel, provider }, isAvailable ? 1 : 0),
  };
}
