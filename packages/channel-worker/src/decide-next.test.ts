import { expect, test } from '@jest/globals';
import type { Attempt, Envelope, ErrorClass } from '@notify/contracts';
import { decideNext, decideSkip } from './decide-next.ts';

const envelope = (overrides: Partial<Envelope> = {}): Envelope => ({
  notificationId: '0190b6a8-0000-7000-8000-000000000000',
  epoch: 0,
  hop: 0,
  attempt: 1,
  deferrals: 0,
  notificationType: 'news',
  priority: 'medium',
  recipient: { userId: 'u' },
  content: { body: 'b' },
  variables: {},
  plan: ['email', 'sms'],
  tried: [],
  skipped: [],
  correlationId: 'c',
  metadata: {},
  createdAt: '2026-01-01T00:00:00.000Z',
  ...overrides,
});
const attempt = (errorClass?: ErrorClass, status: Attempt['status'] = errorClass ? 'failed' : 'sent'): Attempt => ({
  channel: 'email',
  provider: 'smtp',
  epoch: 0,
  hop: 0,
  attempt: 1,
  status,
  errorClass,
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
});
const unknown = attempt('unknown', 'unknown');

test.each(['permanent', 'recipient', 'config'] as const)(
  'a %s failure moves on to the next channel at once',
  (errorClass) => {
    expect(decideNext(envelope(), [attempt(errorClass)])).toEqual({
      kind: 'next_channel',
      reason: errorClass,
      isSkip: false,
    });
  },
);

test('a permanent failure on the last channel ends as failed', () => {
  expect(decideNext(envelope({ hop: 1 }), [attempt('permanent')])).toMatchObject({ kind: 'end', status: 'failed' });
});

test('a transient failure is tried twice more on a rung, then the next channel takes over', () => {
  const decisions = [1, 2, 3].map((n) => decideNext(envelope({ attempt: n }), [attempt('transient')]));
  expect(decisions).toMatchObject([
    { kind: 'retry', rung: '1s' },
    { kind: 'retry', rung: '5s' },
    { kind: 'next_channel', reason: 'retries_exhausted' },
  ]);
});

test('on the last channel the long schedule is used, for our own misconfiguration too', () => {
  expect(decideNext(envelope({ hop: 1 }), [attempt('transient')])).toMatchObject({ kind: 'retry', rung: '30s' });
  expect(decideNext(envelope({ hop: 1 }), [attempt('config')])).toMatchObject({ kind: 'retry', rung: '30s' });
  expect(decideNext(envelope({ hop: 1, attempt: 5 }), [attempt('transient')])).toMatchObject({
    kind: 'end',
    reason: 'retries_exhausted',
  });
});

test('an unknown outcome goes to the next channel, or is sent once more on the last one, and then stays unknown', () => {
  expect(decideNext(envelope(), [unknown])).toMatchObject({ kind: 'next_channel', reason: 'unknown_outcome' });
  expect(decideNext(envelope({ plan: ['email'] }), [unknown])).toMatchObject({ kind: 'retry', rung: '5s' });
  expect(decideNext(envelope({ plan: ['email'], attempt: 2, tried: [unknown] }), [unknown])).toMatchObject({
    kind: 'end',
    status: 'unknown',
  });
});

test('a synchronous notification is never retried', () => {
  const sync = { replyTo: 'q' };
  expect(decideNext(envelope(sync), [attempt('transient')])).toMatchObject({ kind: 'next_channel' });
  expect(decideNext(envelope({ ...sync, hop: 1 }), [attempt('transient')])).toMatchObject({
    kind: 'end',
    status: 'failed',
  });
  expect(decideNext(envelope({ ...sync, hop: 1 }), [unknown])).toMatchObject({ kind: 'end', status: 'unknown' });
});

test('a push is sent when any device took it, and retried when any device may still take it', () => {
  expect(decideNext(envelope(), [attempt('recipient'), attempt()])).toEqual({ kind: 'sent', status: 'sent' });
  expect(decideNext(envelope(), [attempt('recipient'), attempt('transient')])).toMatchObject({ kind: 'retry' });
});

test('when the recipient has opted out of everything it is suppressed, not failed', () => {
  const skipped = [{ channel: 'email' as const, reason: 'opted_out' }];
  expect(decideSkip(envelope({ hop: 1, skipped }), 'opted_out')).toMatchObject({ kind: 'end', status: 'suppressed' });
  expect(decideSkip(envelope({ hop: 1, skipped }), 'no_contact')).toMatchObject({ kind: 'end', status: 'failed' });
  expect(decideSkip(envelope(), 'no_contact')).toMatchObject({ kind: 'next_channel', isSkip: true });
});
