import { type Behaviour, SLOW_LATENCY_MS } from './behaviour.ts';
import { PROVIDER_CHANNELS, type Provider, type SandboxChannel } from './vendors.ts';

interface Rule {
  channel: SandboxChannel;
  recipients: RegExp;
  behaviour: Behaviour;
}

function rule(
  channel: SandboxChannel,
  recipients: RegExp,
  behaviour: Partial<Behaviour> & Pick<Behaviour, 'kind'>,
): Rule {
  return { channel, recipients, behaviour: { latencyMs: 0, ...behaviour } };
}

/**
 * Recipients that always behave the same, whichever vendor of the channel is asked; each says it in its own words. Only the beginning
 * counts, so that a test can use a fresh one each time.
 */
const RULES: readonly Rule[] = [
  rule('email', /^bounce[^@]*@sandbox\.test$/i, { kind: 'reject_recipient' }),
  rule('email', /^tempfail[^@]*@sandbox\.test$/i, { kind: 'transient' }),
  rule('email', /^spam[^@]*@sandbox\.test$/i, { kind: 'reject_content' }),
  rule('email', /^slow[^@]*@sandbox\.test$/i, { kind: 'slow', latencyMs: SLOW_LATENCY_MS }),
  rule('sms', /^\+150055501/, { kind: 'reject_recipient', vendorCode: 21211 }),
  rule('sms', /^\+150055509/, { kind: 'reject_recipient', vendorCode: 21614 }),
  rule('sms', /^\+150055504/, { kind: 'reject_recipient', vendorCode: 21610 }),
  rule('sms', /^\+150055599/, { kind: 'rate_limit' }),
  rule('push', /^dead-/, { kind: 'reject_recipient' }),
  rule('push', /^flaky-/, { kind: 'transient' }),
];

/** What always happens to this recipient; undefined for an ordinary one. */
export function recipientRule(provider: Provider, to: string): Behaviour | undefined {
  return RULES.find((candidate) => candidate.channel === PROVIDER_CHANNELS[provider] && candidate.recipients.test(to))
    ?.behaviour;
}
