import CircuitBreaker from 'opossum';
import { DeliveryError, type ProviderResult } from './provider.ts';

/** It opens when half of at least this many calls in this window failed. opossum opens above its percentage, not at it. */
const WINDOW_MS = 10_000;
const MIN_CALLS = 20;
const ERROR_PERCENTAGE = 49.9;
/** How long it stays open before one call may try. */
const RESET_AFTER_MS = 30_000;

/** Keeps a failing provider from being called, and lets it come back step by step. */
export interface ProviderBreaker {
  /** Whether a go may come in now. */
  readonly isAvailable: boolean;
  /** Whether it is on its way from open to closed, so that it may soon let more in. */
  readonly isComingBack: boolean;
  /** Lets the calls of one go in, or refuses. Whoever is let in says `leave` when they are over. */
  enter(): boolean;
  leave(): void;
  /** One vendor call, for one go that was let in or a batch of them. Counts how it ends. */
  run(call: () => Promise<ProviderResult>): Promise<ProviderResult>;
}

export interface ProviderBreakerOptions {
  /** How many goes the provider takes at once: when this many succeed side by side, it is back. */
  concurrency: number;
  /** Told once when the provider goes, and once when it is wholly back. */
  onChange(isAvailable: boolean): void;
  /** Default 30 s. */
  resetAfterMs?: number;
}

/** The provider works and says no: that must not keep others from being sent. */
function isAnswer(error: unknown): boolean {
  return error instanceof DeliveryError && (error.errorClass === 'permanent' || error.errorClass === 'recipient');
}

/**
 * A circuit breaker for one provider in this process: opens at 50 % failures over at least 20 calls in 10 s, lets one call try
 * after 30 s, and then as many goes at once as have succeeded more than failed, until the provider has its whole concurrency again.
 * The call's deadline is the caller's: opossum's own would leave the call running.
 */
export function createProviderBreaker(options: ProviderBreakerOptions): ProviderBreaker {
  const { concurrency, onChange, resetAfterMs = RESET_AFTER_MS } = options;
  const circuit = new CircuitBreaker((call: () => Promise<ProviderResult>) => call(), {
    timeout: false,
    rollingCountTimeout: WINDOW_MS,
    volumeThreshold: MIN_CALLS,
    errorThresholdPercentage: ERROR_PERCENTAGE,
    resetTimeout: resetAfterMs,
    errorFilter: isAnswer,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
  });
  let inside = 0;
  /** How many goes may be inside at once. */
  let allowed = Number.POSITIVE_INFINITY;
  let isBack = true;

  circuit.on('open', () => {
    allowed = 1;
    if (isBack) onChange(false);
    isBack = false;
  });
  circuit.on('success', () => {
    if (isBack || !circuit.closed) return;
    allowed += 1;
    if (allowed < concurrency) return;
    allowed = Number.POSITIVE_INFINITY;
    isBack = true;
    onChange(true);
  });
  circuit.on('failure', () => {
    if (!isBack) allowed = Math.max(1, allowed - 1);
  });

  const breaker: ProviderBreaker = {
    get isAvailable() {
      return !circuit.opened && inside < allowed;
    },
    get isComingBack() {
      return !isBack && !circuit.opened;
    },
    enter() {
      if (!breaker.isAvailable) return false;
      inside += 1;
      return true;
    },
    leave() {
      inside -= 1;
    },
    run(call) {
      // Let in just before it opened: the claim is taken, so the call is made, uncounted.
      return circuit.closed || circuit.pendingClose ? circuit.fire(call) : call();
    },
  };
  return breaker;
}
