import { expect, test } from '@jest/globals';
import { recipientRule } from './recipient-rules.ts';

test.each([
  ['smtp', 'bounce-1@sandbox.test', { kind: 'reject_recipient' }],
  ['smtp', 'BOUNCE@Sandbox.Test', { kind: 'reject_recipient' }],
  ['smtp', 'tempfail.2@sandbox.test', { kind: 'transient' }],
  ['smtp', 'spam+3@sandbox.test', { kind: 'reject_content' }],
  ['smtp', 'slow@sandbox.test', { kind: 'slow', latencyMs: 20_000 }],
  ['sendgrid', 'bounce-1@sandbox.test', { kind: 'reject_recipient' }],
  ['mailgun', 'tempfail@sandbox.test', { kind: 'transient' }],
  ['sendgrid', 'slow@sandbox.test', { kind: 'slow', latencyMs: 20_000 }],
  ['twilio', '+15005550199', { kind: 'reject_recipient', vendorCode: 21211 }],
  ['twilio', '+15005550999', { kind: 'reject_recipient', vendorCode: 21614 }],
  ['twilio', '+15005550499', { kind: 'reject_recipient', vendorCode: 21610 }],
  ['twilio', '+15005559999', { kind: 'rate_limit' }],
  ['fcm', 'dead-token', { kind: 'reject_recipient' }],
  ['fcm', 'flaky-token', { kind: 'transient' }],
  ['onesignal', 'dead-token', { kind: 'reject_recipient' }],
] as const)('%s always treats %s the same', (provider, to, behaviour) => {
  expect(recipientRule(provider, to)).toMatchObject(behaviour);
});

test.each([
  ['smtp', 'ada@sandbox.test'],
  ['smtp', 'bounce@example.com'],
  ['smtp', 'bounce@sandbox.test.example.com'],
  ['smtp', 'no-bounce@sandbox.test'],
  ['twilio', '+15005550006'],
  ['twilio', '+2348012345678'],
  ['fcm', 'undead-token'],
  ['fcm', 'bounce@sandbox.test'],
] as const)('%s treats %s as an ordinary recipient', (provider, to) => {
  expect(recipientRule(provider, to)).toBeUndefined();
});
