import { randomUUID } from 'node:crypto';
import { type Behaviour, type FaultKind, SLOW_LATENCY_MS } from './behaviour.ts';
import { PROVIDER_CHANNELS, type Provider, type SandboxChannel } from './vendors.ts';

/** Which requests fail, and how. Everything that is left out matches all. */
export interface FaultOrder {
  channel?: SandboxChannel;
  provider?: Provider;
  /** The whole address, phone number or token; its case does not matter. */
  to?: string;
  kind: FaultKind;
  /** How many requests meet it; without it, all until the faults are cleared. */
  times?: number;
  retryAfterSeconds?: number;
  latencyMs?: number;
}

export interface Fault extends FaultOrder {
  id: string;
  /** Undefined: without end. */
  remaining?: number;
  createdAt: Date;
}

/** Who a request is for. `to` is missing where the protocol has not said it yet. */
export interface FaultTarget {
  provider: Provider;
  to?: string;
}

function meets(fault: Fault, { provider, to }: FaultTarget): boolean {
  return (
    (fault.channel === undefined || fault.channel === PROVIDER_CHANNELS[provider]) &&
    (fault.provider === undefined || fault.provider === provider) &&
    (fault.to === undefined || fault.to.toLowerCase() === to?.toLowerCase())
  );
}

/** The faults in force, in the order in which they came. The first that matches is used up first. */
export class FaultTable {
  #faults: Fault[] = [];

  add(order: FaultOrder): Fault {
    const fault: Fault = { ...order, id: randomUUID(), remaining: order.times, createdAt: new Date() };
    this.#faults.push(fault);
    return fault;
  }

  /**
   * Uses up one time of the first fault that matches. Finding and counting happen in one step, so that of any number of
   * concurrent requests exactly `times` meet it.
   * @param kind looks only at faults of this kind.
   */
  take(target: FaultTarget, kind?: FaultKind): Behaviour | undefined {
    if (this.#faults.length === 0) return undefined;
    const fault = this.#faults.find(
      (candidate) => (kind === undefined || candidate.kind === kind) && meets(candidate, target),
    );
    if (fault === undefined) return undefined;
    if (fault.remaining !== undefined) {
      fault.remaining -= 1;
      if (fault.remaining === 0) this.#faults = this.#faults.filter((other) => other !== fault);
    }
    return {
      kind: fault.kind,
      latencyMs: fault.latencyMs ?? (fault.kind === 'slow' ? SLOW_LATENCY_MS : 0),
      retryAfterSeconds: fault.retryAfterSeconds,
    };
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }
}
