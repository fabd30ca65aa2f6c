import { type Behaviour, SLOW_LATENCY_MS } from './behaviour.ts';
import type { Provider } from './vendors.ts';

interface Rule {
  provider: Provider;
  recipients: RegExp;
  behaviour: Behaviour;
}

function rule(provider: Provider, recipients: RegExp, behaviour: Partial<Behaviour> & Pick<Behaviour, 'kind'>): Rule {
  return { provider, recipients, behaviour: { latencyMs: 0, ...behaviour } };
}

/** Recipients that always behave the same. Only the beginning counts, so that a test can use a fresh one each time. */
const RULES: readonly Rule[] = [
  rule('smtp', /^bounce[^@]*@sandbox\.test$/i, { kind: 'reject_recipient' }),
  rule('smtp', /^tempfail[^@]*@sandbox\.test$/i, { kind: 'transient' }),
  rule('smtp', /^spam[^@]*@sandbox\.test$/i, { kind: 'reject_content' }),
  rule('smtp', /^slow[^@]*@sandbox\.test$/i, { kind: 'slow', latencyMs: SLOW_LATENCY_MS }),
  rule('twilio', /^\+150055501/, { kind: 'reject_recipient', vendorCode: 21211 }),
  rule('twilio', /^\+150055509/, { kind: 'reject_recipient', vendorCode: 21614 }),
  rule('twilio', /^\+150055504/, { kind: 'reject_recipient', vendorCode: 21610 }),
  rule('twilio', /^\+150055599/, { kind: 'rate_limit' }),
  rule('fcm', /^dead-/, { kind: 'reject_recipient' }),
  rule('fcm', /^flaky-/, { kind: 'transient' }),
];

/** What always happens to this recipient; undefined for an ordinary one. */
export function recipientRule(provider: Provider, to: string): Behaviour | undefined {
  return RULES.find((candidate) => candidate.provider === provider && candidate.recipients.test(to))?.behaviour;
}
