/** How the sandbox can misbehave, whatever the protocol. */
export const FAULT_KINDS = [
  'reject_recipient',
  'reject_content',
  'transient',
  'rate_limit',
  'auth',
  'slow',
  'timeout',
  'reset_before_accept',
  'accept_then_reset',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** The kinds that are an answer; the others are about when an answer comes, or that none does. */
export type RefusalKind = Exclude<FaultKind, 'slow' | 'timeout' | 'reset_before_accept' | 'accept_then_reset'>;

/** What one request meets. */
export interface Behaviour {
  kind: FaultKind;
  /** Before anything else happens, in milliseconds. */
  latencyMs: number;
  /** Told to the client by `transient` and `rate_limit`, where the protocol has a place for it. */
  retryAfterSeconds?: number;
  /** The vendor's own error code, where the kind alone leaves a choice. */
  vendorCode?: number;
}

/** How long `slow` takes unless a fault says otherwise, in milliseconds. */
export const SLOW_LATENCY_MS = 20_000;
