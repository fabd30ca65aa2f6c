import { expect, test } from '@jest/globals';
import { type Attempt, createNotificationTypes, type Envelope, type ErrorClass } from '@notify/contracts';
import { decideNext as decide, decideSkip, rungWithoutProvider } from './decide-next.ts';
import { outcomeOf } from './outcome-of.ts';

const envelope = (overrides: Partial<Envelope> = {}): Envelope => ({
  notificationId: '0190b6a8-0000-7000-8000-000000000000',
  epoch: 0,
  hop: 0,
  attempt: 1,
  deferrals: 0,
  notificationType: 'news',
  priority: 'medium',
  mode: 'first_success',
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
const types = createNotificationTypes({
  defaults: {},
  types: {
    patient: { on_unknown: 'hold' },
    urgent: { on_unknown: 'resend' },
    once: { retry: { default: { last_channel: [] } } },
  },
});
const NOW_MS = Date.parse('2026-01-01T00:00:00.000Z');
const expiringIn = (delayMs: number) => ({ expiresAt: new Date(NOW_MS + delayMs).toISOString() });
const decideNext = (of: Envelope, attempts: readonly Attempt[], retryAfterMs?: number) => {
  const calls = attempts.map((each) => ({ address: 'a', attempt: each }));
  return decide(of, outcomeOf(['a'], calls), types.settingsOf(of.notificationType), NOW_MS, retryAfterMs);
};
const unknown = attempt('unknown', 'unknown');
const by = (provider: string, errorClass?: ErrorClass): Attempt => ({ ...attempt(errorClass), provider });

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
  expect(decideNext(envelope({ plan: ['email'] }), [unknown])).toMatchObject({ kind: 'retry' });
  expect(decideNext(envelope({ plan: ['email'], attempt: 2, tried: [unknown] }), [unknown])).toMatchObject({
    kind: 'end',
    status: 'unknown',
  });
});

test('what may have been sent waits as long as its schedule does first before it is sent once more, so that a receipt can tell', () => {
  const last = (overrides: Partial<Envelope> = {}) => decideNext(envelope({ hop: 1, ...overrides }), [unknown]);
  expect(last()).toMatchObject({ rung: '30s' });
  expect(last({ attempt: 3 })).toMatchObject({ rung: '30s' });
  expect(last({ priority: 'critical' })).toMatchObject({ rung: '1s' });
  expect(decideNext(envelope({ notificationType: 'urgent' }), [unknown])).toMatchObject({ rung: '1s' });
});

test('where its schedule has no wait, what may have been sent is not sent once more', () => {
  expect(decideNext(envelope({ hop: 1, notificationType: 'once' }), [unknown])).toMatchObject({
    kind: 'end',
    status: 'unknown',
  });
});

test('what would come back from its wait too late does not wait: the next channel takes over, or it has expired', () => {
  const transient = [attempt('transient')];
  const left = { kind: 'next_channel', reason: 'no_time_left', isSkip: false };
  const expired = { kind: 'end', status: 'expired', reason: 'no_time_left', isSkip: false };
  expect(decideNext(envelope(expiringIn(1_000)), transient)).toEqual(left);
  expect(decideNext(envelope(expiringIn(1_001)), transient)).toMatchObject({ kind: 'retry', rung: '1s' });
  expect(decideNext(envelope({ hop: 1, ...expiringIn(30_000) }), transient)).toEqual(expired);
  expect(decideNext(envelope({ hop: 1, ...expiringIn(30_001) }), transient)).toMatchObject({ kind: 'retry' });
  expect(decideNext(envelope({ hop: 1, ...expiringIn(30_000) }), [attempt('config')])).toEqual(expired);
});

test('the wait that a provider asked for can be too long as well', () => {
  const transient = [attempt('transient')];
  expect(decideNext(envelope(expiringIn(20_000)), transient, 7_000)).toMatchObject({ reason: 'no_time_left' });
  const last = envelope({ hop: 1, ...expiringIn(100_000) });
  expect(decideNext(last, transient, 20_000)).toMatchObject({ kind: 'retry', rung: '30s' });
  expect(decideNext(last, transient, 60_000)).toMatchObject({ kind: 'end', status: 'expired' });
});

test('what has failed for good, or as often as its schedule has it, has failed, however soon it would have expired', () => {
  const soon = envelope({ hop: 1, attempt: 5, ...expiringIn(1) });
  expect(decideNext(soon, [attempt('transient')])).toMatchObject({ status: 'failed', reason: 'retries_exhausted' });
  expect(decideNext(soon, [attempt('permanent')])).toMatchObject({ status: 'failed', reason: 'permanent' });
});

test('what may have been sent, and would expire before it could be sent once more, is left as unknown, never as expired', () => {
  const soon = expiringIn(1_000);
  expect(decideNext(envelope({ hop: 1, ...soon }), [unknown])).toMatchObject({
    kind: 'end',
    status: 'unknown',
    reason: 'unknown_outcome',
  });
  expect(decideNext(envelope({ notificationType: 'urgent', ...soon }), [unknown])).toMatchObject({
    kind: 'next_channel',
    reason: 'unknown_outcome',
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

test('a push is sent when any device took it, and retried when any device may still take it, whichever provider was asked last', () => {
  const outcomes = (...attempts: Attempt[]) =>
    [attempts, attempts.toReversed()].map((each) =>
      outcomeOf(
        attempts.map(({ provider }) => provider),
        each.map((one) => ({ address: one.provider, attempt: one })),
      ),
    );
  expect(outcomes(by('fcm', 'recipient'), by('onesignal'))).toEqual(['sent', 'sent']);
  expect(outcomes(by('fcm', 'recipient'), by('onesignal', 'transient'))).toEqual(['transient', 'transient']);
});

test('a device whose provider could not be asked may be reached later', () => {
  const calls = [{ address: 'asked', attempt: attempt('recipient') }];
  expect(outcomeOf(['asked', 'not asked'], calls)).toBe('transient');
});

test.each(['opted_out', 'suppressed_bounce', 'suppressed_opted_out', 'suppressed'])(
  'when all channels are passed over for opt-outs and for %s it is suppressed, not failed',
  (reason) => {
    const skipped = [{ channel: 'email' as const, reason }];
    expect(decideSkip(envelope({ hop: 1, skipped }), 'opted_out')).toMatchObject({ kind: 'end', status: 'suppressed' });
  },
);

test('a channel without a contact is passed over, and where it is the last the whole has failed', () => {
  const skipped = [{ channel: 'email' as const, reason: 'opted_out' }];
  expect(decideSkip(envelope({ hop: 1, skipped }), 'no_contact')).toMatchObject({ kind: 'end', status: 'failed' });
  expect(decideSkip(envelope(), 'no_contact')).toMatchObject({ kind: 'next_channel', isSkip: true });
});

test.each<[ErrorClass, ErrorClass | undefined, object]>([
  ['transient', undefined, { kind: 'sent' }],
  ['config', 'recipient', { kind: 'next_channel', reason: 'recipient' }],
  ['transient', 'permanent', { kind: 'next_channel', reason: 'permanent' }],
  ['transient', 'unknown', { kind: 'next_channel', reason: 'unknown_outcome' }],
  ['transient', 'config', { kind: 'retry', reason: 'transient' }],
  ['config', 'transient', { kind: 'retry', reason: 'transient' }],
  ['config', 'config', { kind: 'next_channel', reason: 'config' }],
])('a %s failure of one provider and then %s from the next', (first, second, expected) => {
  const status = second === 'unknown' ? 'unknown' : second === undefined ? 'sent' : 'failed';
  expect(decideNext(envelope(), [by('a', first), { ...by('b', second), status }])).toMatchObject(expected);
});

test('while no provider of the last channel can be called it waits, critical ones shorter, and all longer in a long outage', () => {
  const last = (overrides: Partial<Envelope>) => rungWithoutProvider(envelope({ hop: 1, ...overrides }), false);
  expect([last({}), last({ deferrals: 10 })]).toEqual(['30s', '2m']);
  expect([last({ priority: 'critical' }), last({ priority: 'critical', deferrals: 10 })]).toEqual(['5s', '30s']);
});

test('a provider that is coming back is asked again soon', () => {
  expect(rungWithoutProvider(envelope({ hop: 1, deferrals: 10 }), true)).toBe('1s');
});

test('with another channel left, or somebody waiting for the answer, nothing waits for a provider', () => {
  expect(rungWithoutProvider(envelope(), false)).toBeUndefined();
  expect(rungWithoutProvider(envelope({ hop: 1, replyTo: 'q' }), true)).toBeUndefined();
});

test('an unknown outcome of a type that resends is sent once more, then the next channel takes over', () => {
  const urgent = envelope({ notificationType: 'urgent' });
  expect(decideNext(urgent, [unknown])).toMatchObject({ kind: 'retry', reason: 'unknown_outcome' });
  expect(decideNext({ ...urgent, attempt: 2, tried: [unknown] }, [unknown])).toMatchObject({ kind: 'next_channel' });
});

test('an unknown outcome of a type that holds waits for a receipt, whatever channel is left', () => {
  expect(decideNext(envelope({ notificationType: 'patient' }), [unknown])).toMatchObject({
    kind: 'end',
    status: 'unknown',
    reason: 'held',
  });
});

test('with mode all no channel takes over from another: each has the schedule of a last one', () => {
  const all = envelope({ mode: 'all' });
  expect(decideNext(all, [attempt('permanent')])).toMatchObject({ kind: 'end', status: 'failed' });
  expect(decideNext(all, [attempt('transient')])).toMatchObject({ kind: 'retry', rung: '30s' });
});
