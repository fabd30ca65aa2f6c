import { expect, test } from '@jest/globals';
import {
  ATTEMPT_STATUSES,
  CHANNELS,
  type EnvelopeJson,
  eventId,
  MODES,
  type Position,
  STATUSES,
  TIMELINE_EVENTS,
} from '@notify/contracts';
import fc from 'fast-check';
import { acceptedEvent, notificationEvent } from '../test/notification-event-builder.ts';
import { NOT_CONFIRMED } from './doubtful-end.ts';
import { foldEvents } from './fold-events.ts';
import { LOST_TRACK } from './lost-track.ts';
import { recordFromRow } from './notification-row.ts';
import type { RecordEvent } from './record-event.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const accepted = acceptedEvent(ID, { at: '2026-01-01T00:00:00.000Z' });
const failover = notificationEvent(ID, 'failover', {
  status: 'processing',
  channel: 'email',
  at: '2026-01-01T00:00:01.000Z',
  outcome: 'failed',
});
const sentBySms = notificationEvent(ID, 'sent', {
  hop: 1,
  channel: 'sms',
  at: '2026-01-01T00:00:02.000Z',
  outcome: 'sent',
});

/** As the reconciler gives up. */
function lostTrackEvent({ at, ...where }: Position & { at: string }): RecordEvent {
  const event = notificationEvent(ID, 'unknown', { ...where, at, reason: LOST_TRACK });
  const id = eventId(ID, where, 'unknown', LOST_TRACK);
  return { ...event, event_id: id, timeline: event.timeline.map((entry) => ({ ...entry, id })) };
}

/** Few values for each field, so that events often meet at the same position, time and id, and disagree. */
const time = fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.001Z', '2026-01-01T00:00:01.000Z');
const position = { epoch: fc.nat(1), hop: fc.nat(2), attempt: fc.integer({ min: 1, max: 3 }) };
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const attempt = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  provider: fc.constantFrom('smtp', 'twilio'),
  ...position,
  status: fc.constantFrom(...ATTEMPT_STATUSES),
  error_code: optional(fc.constantFrom('550', '421')),
  started_at: time,
  duration_ms: fc.constantFrom(1, 2),
});
const entry = fc
  .record({
    ...position,
    event: fc.constantFrom(...TIMELINE_EVENTS),
    status: fc.constantFrom(...STATUSES),
    channel: optional(fc.constantFrom(...CHANNELS)),
    reason: optional(fc.constantFrom('transient', 'no_contact')),
    at: time,
  })
  .map(({ epoch, hop, attempt, ...rest }) => ({ id: eventId(ID, { epoch, hop, attempt }, rest.event), ...rest }));
const unconfirmedEntry = fc.record({ ...position, at: time }).map(({ at, ...where }) => ({
  id: eventId(ID, where, 'failover', NOT_CONFIRMED),
  event: 'failover' as const,
  status: 'processing' as const,
  reason: NOT_CONFIRMED,
  at,
}));
const waitEntry = fc
  .record({
    ...position,
    event: fc.constantFrom('deferred', 'due'),
    name: fc.constantFrom('0.user_cap', '1.user_cap'),
    at: time,
  })
  .map(({ event, name, at, ...where }) => ({
    id: eventId(ID, where, event, name),
    event: event as 'deferred' | 'due',
    status: event === 'due' ? ('processing' as const) : ('scheduled' as const),
    at,
  }));
const anyEntry = fc.oneof(
  { weight: 5, arbitrary: entry },
  { weight: 1, arbitrary: unconfirmedEntry },
  { weight: 2, arbitrary: waitEntry },
);
const anyEvent = (mode: EnvelopeJson['mode']): fc.Arbitrary<RecordEvent> =>
  fc
    .record({
      ...position,
      event: fc.constantFrom(...TIMELINE_EVENTS),
      status: fc.constantFrom(...STATUSES),
      attempts: fc.array(attempt, { maxLength: 3 }),
      timeline: fc.array(anyEntry, { minLength: 1, maxLength: 4 }),
      user_id: optional(fc.constantFrom('ann', 'bob')),
      about: optional(
        fc.record({
          notification_type: fc.constantFrom('alert', 'news'),
          correlation_id: fc.constantFrom('c-1', 'c-2'),
        }),
      ),
      occurred_at: time,
      acceptedAt: time,
    })
    .map(({ acceptedAt, about, ...event }) => {
      const named = { version: 1 as const, event_id: eventId(ID, event, event.event), notification_id: ID, ...event };
      // Without a name it is a receipt, and a receipt accepts nothing.
      if (about === undefined) return event.event === 'accepted' ? { ...named, event: 'opened' as const } : named;
      const envelope: EnvelopeJson = {
        ...accepted.envelope,
        mode,
        created_at: acceptedAt,
        correlation_id: about.correlation_id,
      };
      return { ...named, ...about, envelope: event.event === 'accepted' ? envelope : undefined };
    });
const lostTrack: fc.Arbitrary<RecordEvent> = fc
  .record({ ...position, at: time })
  .map((fields) => lostTrackEvent(fields));

const someEvents = fc.constantFrom(...MODES).chain((mode) => {
  const event = fc.oneof({ weight: 5, arbitrary: anyEvent(mode) }, { weight: 1, arbitrary: lostTrack });
  return fc.array(event, { minLength: 1, maxLength: 8 });
});
const setWithShuffle = someEvents.chain((events) =>
  fc.tuple(
    fc.constant(events),
    fc
      .tuple(
        fc.shuffledSubarray(events, { minLength: events.length }),
        fc.array(fc.constantFrom(...events), { maxLength: 6 }),
      )
      .chain(([all, repeated]) =>
        fc.shuffledSubarray([...all, ...repeated], { minLength: all.length + repeated.length }),
      ),
  ),
);

test('any order and any repetition of the same events make the same record', () => {
  fc.assert(
    fc.property(setWithShuffle, ([events, shuffled]) => {
      expect(foldEvents(undefined, shuffled)).toEqual(foldEvents(undefined, events));
    }),
    { numRuns: 2_000 },
  );
});

test('events folded one by one, through the database row each time, make the same record as in one go', () => {
  fc.assert(
    fc.property(setWithShuffle, ([events, shuffled]) => {
      let record = foldEvents(undefined, shuffled.slice(0, 1));
      for (const event of shuffled.slice(1)) record = foldEvents(throughDatabase(record), [event]);
      expect({ ...record, envelope: undefined }).toEqual({ ...foldEvents(undefined, events), envelope: undefined });
    }),
    { numRuns: 2_000 },
  );
});

test('events that are in the record already give the very same record back', () => {
  fc.assert(
    fc.property(setWithShuffle, ([events, shuffled]) => {
      const record = foldEvents(undefined, events);
      expect(foldEvents(record, shuffled)).toBe(record);
    }),
    { numRuns: 1_000 },
  );
});

function throughDatabase(record: ReturnType<typeof foldEvents>): ReturnType<typeof foldEvents> {
  return recordFromRow({
    ...record,
    id: record.notificationId,
    is_guess: record.isGuess,
    attempts: JSON.parse(JSON.stringify(record.attempts)),
    timeline: JSON.parse(JSON.stringify(record.timeline)),
    notification_type: record.notificationType,
    user_id: record.userId,
    correlation_id: record.correlationId,
    created_at: new Date(record.createdAt),
    updated_at: new Date(record.updatedAt),
    is_known: record.isKnown,
    is_accepted: record.isAccepted,
    channels: record.plan,
  });
}

test('a notification that failed on email and was sent by sms shows both attempts, the whole trail and channel sms', () => {
  const record = foldEvents(undefined, [sentBySms, failover, accepted]);
  expect(record).toMatchObject({ status: 'sent', channel: 'sms', hop: 1, isAccepted: true });
  expect(record.attempts.map(({ channel, status }) => [channel, status])).toEqual([
    ['email', 'failed'],
    ['sms', 'sent'],
  ]);
  expect(record.timeline.map(({ event }) => event)).toEqual([
    'accepted',
    'processing',
    'failover',
    'processing',
    'sent',
  ]);
  expect(record.createdAt).toBe('2026-01-01T00:00:00.000Z');
  expect(record.updatedAt).toBe('2026-01-01T00:00:02.000Z');
});

test('an event that comes before accepted makes a stub, which accepted completes without taking the status back', () => {
  const stub = foldEvents(undefined, [sentBySms]);
  expect(stub).toMatchObject({ isAccepted: false, status: 'sent', notificationType: 'alert', userId: 'user-1' });
  const record = foldEvents(stub, [accepted]);
  expect(record).toMatchObject({ isAccepted: true, status: 'sent', createdAt: accepted.occurred_at });
  expect(record.envelope).toBe(accepted.envelope);
});

test.each(['delivered', 'read'] as const)('%s absorbs whatever other hops report later', (event) => {
  const arrived = notificationEvent(ID, event, { channel: 'email', at: '2026-01-01T00:00:03.000Z' });
  const late = notificationEvent(ID, 'failed', { hop: 2, attempt: 4, at: '2026-01-01T00:00:09.000Z' });
  expect(foldEvents(undefined, [accepted, arrived, late])).toMatchObject({ status: event, channel: 'email', hop: 0 });
});

test.each(['failed', 'expired', 'suppressed'] as const)(
  'where the channel before had it and was late to confirm, the end is unknown, not %s, until it is replayed',
  (end) => {
    const sent = notificationEvent(ID, 'sent', { channel: 'email', at: '2026-01-01T00:00:01.000Z', outcome: 'sent' });
    const left = notificationEvent(ID, 'failover', {
      status: 'processing',
      hop: 1,
      attempt: 0,
      at: '2026-01-01T00:00:02.000Z',
    });
    const unconfirmed = { ...left, timeline: left.timeline.map((each) => ({ ...each, reason: NOT_CONFIRMED })) };
    const ended = notificationEvent(ID, end, { hop: 1, channel: 'sms', at: '2026-01-01T00:00:03.000Z' });
    expect(foldEvents(undefined, [accepted, sent, unconfirmed, ended]).status).toBe('unknown');
    expect(foldEvents(foldEvents(undefined, [ended, accepted]), [unconfirmed]).status).toBe('unknown');
    expect(foldEvents(undefined, [accepted, sent, left, ended]).status).toBe(end);
    const again = notificationEvent(ID, end, { epoch: 1, channel: 'sms', at: '2026-01-01T00:01:00.000Z' });
    expect(foldEvents(undefined, [accepted, sent, unconfirmed, ended, again]).status).toBe(end);
  },
);

test('a replay counts as later than everything of the epoch before', () => {
  const failed = notificationEvent(ID, 'failed', { hop: 3, at: '2026-01-01T00:00:03.000Z' });
  const replayed = notificationEvent(ID, 'processing', { epoch: 1, at: '2026-01-01T00:01:00.000Z' });
  expect(foldEvents(undefined, [replayed, failed])).toMatchObject({ status: 'processing', epoch: 1, hop: 0 });
});

test('a notification whose channels were only skipped has no channel', () => {
  const skipped = notificationEvent(ID, 'skipped', {
    status: 'processing',
    channel: 'push',
    at: '2026-01-01T00:00:01.000Z',
  });
  expect(foldEvents(undefined, [accepted, skipped]).channel).toBeNull();
});

test('a failed notification shows the channel that was tried last', () => {
  const failed = notificationEvent(ID, 'failed', {
    hop: 1,
    channel: 'sms',
    at: '2026-01-01T00:00:02.000Z',
    outcome: 'failed',
  });
  expect(foldEvents(undefined, [failed, failover]).channel).toBe('sms');
});

test('two calls of one event that look the same are both kept, and a repeat of that event adds none', () => {
  const twice = { ...sentBySms, attempts: [...sentBySms.attempts, ...sentBySms.attempts] };
  const record = foldEvents(undefined, [twice]);
  expect(record.attempts).toHaveLength(2);
  expect(foldEvents(record, [twice])).toBe(record);
});

test('what is cancelled stays cancelled whatever a worker that had not heard of it reports, unless it arrived', () => {
  const cancelled = notificationEvent(ID, 'cancelled', { at: '2026-01-01T00:00:01.000Z' });
  const skipped = notificationEvent(ID, 'skipped', { status: 'processing', hop: 1, at: '2026-01-01T00:00:02.000Z' });
  const failed = notificationEvent(ID, 'failed', { hop: 1, attempt: 3, at: '2026-01-01T00:00:03.000Z' });
  const delivered = notificationEvent(ID, 'delivered', { channel: 'email', at: '2026-01-01T00:00:04.000Z' });
  const replayed = notificationEvent(ID, 'processing', { epoch: 1, at: '2026-01-01T00:01:00.000Z' });
  expect(foldEvents(undefined, [failed, cancelled, skipped, accepted]).status).toBe('cancelled');
  expect(foldEvents(undefined, [delivered, cancelled, accepted]).status).toBe('delivered');
  expect(foldEvents(undefined, [cancelled, replayed, accepted]).status).toBe('processing');
});

test('a notification that only receipts tell of is not known yet, until any event names it', () => {
  const receipt: RecordEvent = {
    ...notificationEvent(ID, 'delivered', { channel: 'email', at: '2026-01-01T00:00:03.000Z' }),
    notification_type: undefined,
    correlation_id: undefined,
  };
  const stub = foldEvents(undefined, [receipt]);
  expect(stub).toMatchObject({ isKnown: false, isAccepted: false });
  expect(foldEvents(stub, [sentBySms])).toMatchObject({ isKnown: true, notificationType: 'alert' });
  expect(foldEvents(stub, [accepted])).toMatchObject({ isKnown: true, status: 'delivered', notificationType: 'alert' });
});

test.each(['first_success', 'all'] as const)(
  'with mode %s what is unknown for want of news becomes what a worker says of that try after all',
  (mode) => {
    const start = acceptedEvent(ID, { at: '2026-01-01T00:00:00.000Z', mode, plan: ['email'] });
    const guess = lostTrackEvent({ epoch: 0, hop: 0, attempt: 1, at: '2026-01-01T01:00:00.000Z' });
    const at = '2026-01-01T02:00:00.000Z';
    expect(foldEvents(undefined, [start, guess]).status).toBe('unknown');
    for (const said of ['sent', 'retrying', 'failed', 'delivered'] as const) {
      const word = notificationEvent(ID, said, { channel: 'email', at });
      expect(foldEvents(undefined, [start, guess, word]).status).toBe(said);
      expect(foldEvents(undefined, [word, guess, start]).status).toBe(said);
    }
    // Nobody knows the outcome for sure either: then it is no guess any more.
    const unknown = notificationEvent(ID, 'unknown', { channel: 'email', at });
    const sent = notificationEvent(ID, 'sent', { channel: 'email', at });
    expect(foldEvents(undefined, [start, guess, unknown, sent]).status).toBe('unknown');
  },
);

test.each(['first_success', 'all'] as const)(
  'with mode %s what waits is scheduled, and after that processing, as often as it waits and in whatever order that is told',
  (mode) => {
    const plan: EnvelopeJson['plan'] = ['email'];
    const start = acceptedEvent(ID, { at: '2026-01-01T00:00:00.000Z', mode, plan });
    const outage = notificationEvent(ID, 'deferred', { status: 'processing', at: '2026-01-01T00:00:01.000Z' });
    const waits = (event: 'deferred' | 'due', name: string): RecordEvent => {
      const status = event === 'due' ? 'processing' : 'scheduled';
      const made = notificationEvent(ID, event, { status, channel: 'email', at: '2026-01-01T00:00:02.000Z' });
      const id = eventId(ID, made, event, name);
      return { ...made, event_id: id, timeline: made.timeline.map((each) => ({ ...each, id })) };
    };
    const steps: [RecordEvent, string][] = [
      [outage, 'processing'],
      [waits('deferred', '1.quiet_hours'), 'scheduled'],
      [waits('due', '1.quiet_hours'), 'processing'],
      [waits('deferred', '2.user_cap'), 'scheduled'],
      [notificationEvent(ID, 'sent', { channel: 'email', at: '2026-01-01T00:00:09.000Z', outcome: 'sent' }), 'sent'],
    ];
    const told: RecordEvent[] = [start];
    for (const [event, status] of steps) {
      told.push(event);
      expect(foldEvents(undefined, told).status).toBe(status);
      expect(foldEvents(undefined, [...told].reverse()).status).toBe(status);
    }
  },
);
