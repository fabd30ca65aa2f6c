import { expect, test } from '@jest/globals';
import { type EnvelopeJson, parseEnvelope } from '@notify/contracts';
import { acceptedEvent, notificationEvent, scheduledEvent } from '../test/notification-event-builder.ts';
import { foldEvents } from './fold-events.ts';
import type { KeptNotification } from './kept-notification-store.ts';
import type { RecordEvent } from './record-event.ts';
import { movesAfterSilence } from './resume.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const AT = '2026-01-01T00:00:0';
const LATER = '2026-01-01T02:00:00.000Z';
const retrying = notificationEvent(ID, 'retrying', { channel: 'email', at: `${AT}1.000Z`, outcome: 'failed' });
const failover = notificationEvent(ID, 'failover', {
  status: 'processing',
  channel: 'email',
  at: `${AT}1.000Z`,
  outcome: 'failed',
});

/** As the record keeps it, once these events have happened to it. */
function kept(events: readonly RecordEvent[], wishes: Partial<EnvelopeJson> = {}): KeptNotification {
  const accepted = acceptedEvent(ID, { at: `${AT}0.000Z`, ...wishes });
  const record = foldEvents(undefined, [accepted, ...events]);
  const { epoch, hop, attempt } = record;
  const parsed = parseEnvelope({ ...accepted.envelope, epoch, hop, attempt: Math.max(1, attempt) });
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  return { record, envelope: parsed.envelope };
}

const resume = (notification: KeptNotification, isClaimGone = false) =>
  movesAfterSilence(notification, isClaimGone, LATER).map(({ messages, event }) => ({
    event: event.body.event,
    messages: messages.map(({ exchange, messageId }) => `${exchange} ${messageId.slice(ID.length + 1)}`),
  }));

test.each<[string, RecordEvent[], string]>([
  ['nothing was heard of since it was accepted', [], '0.0.1'],
  [
    'a worker has put off',
    [notificationEvent(ID, 'deferred', { status: 'processing', channel: 'email', at: `${AT}1.000Z` })],
    '0.0.1',
  ],
  ['is to be tried again', [retrying], '0.0.2'],
  ['goes on to the next channel', [failover], '0.1.1'],
  [
    'goes on past a channel that was skipped',
    [notificationEvent(ID, 'skipped', { status: 'processing', channel: 'email', at: `${AT}1.000Z` })],
    '0.1.1',
  ],
  [
    'the record itself moved on',
    [
      notificationEvent(ID, 'failover', {
        status: 'processing',
        hop: 1,
        attempt: 0,
        channel: 'email',
        at: `${AT}1.000Z`,
      }),
    ],
    '0.1.1',
  ],
  [
    'was replayed',
    [notificationEvent(ID, 'replayed', { status: 'processing', epoch: 1, attempt: 0, at: `${AT}1.000Z` })],
    '1.0.1',
  ],
])('what %s goes on with the try that is to come', (_what, events, position) => {
  expect(resume(kept(events))).toEqual([{ event: 'resumed', messages: [`notifications.direct ${position}`] }]);
});

test('the try is told what was tried before it', () => {
  const [move] = movesAfterSilence(kept([failover]), false, LATER);
  expect(move?.messages[0]?.body).toMatchObject({ hop: 1, tried: [{ channel: 'email', status: 'failed' }] });
});

test('a channel is not left because one of its providers was', () => {
  const [entry] = failover.timeline;
  const inside = { ...failover, timeline: [{ ...entry, event: 'failover', provider: 'smtp' }] } as RecordEvent;
  expect(resume(kept([inside]))).toEqual([{ event: 'resumed', messages: ['notifications.direct 0.0.1'] }]);
});

test('what was resumed twice in vain is unknown, and told to the operators', () => {
  let notification = kept([retrying]);
  for (const attempt of [1, 2]) {
    const [move] = movesAfterSilence(notification, false, LATER);
    expect(move?.event.body).toMatchObject({ event: 'resumed', event_id: `${ID}.0.0.2.resumed.${attempt}` });
    notification = { ...notification, record: foldEvents(notification.record, [move?.event.body as RecordEvent]) };
  }
  expect(resume(notification)).toEqual([{ event: 'unknown', messages: ['notifications.failed 0.0.2.failed'] }]);
});

test('where no claim would tell any more whether it was sent, it is unknown at once', () => {
  expect(resume(kept([]), true)).toEqual([{ event: 'unknown', messages: ['notifications.failed 0.0.1.failed'] }]);
});

test('what waited for its time is sent, however long ago that was', () => {
  const scheduled = scheduledEvent(ID, LATER);
  expect(resume(kept([scheduled], { send_at: LATER }), true)).toEqual([
    { event: 'due', messages: ['notifications.direct 0.0.1'] },
  ]);
});

test('where the acceptance was lost, or the content erased, it is unknown and nothing is sent', () => {
  const record = foldEvents(undefined, [retrying]);
  const [move] = movesAfterSilence({ record, envelope: undefined }, false, LATER);
  expect(move).toMatchObject({
    messages: [],
    event: { body: { notification_type: 'alert', correlation_id: 'correlation-1' } },
  });
  expect(foldEvents(record, [move?.event.body as RecordEvent]).status).toBe('unknown');
});

test('with mode all each channel that is not settled goes on by itself', () => {
  const sent = notificationEvent(ID, 'sent', { channel: 'email', at: `${AT}1.000Z`, outcome: 'sent' });
  const wishes = { mode: 'all', plan: ['email', 'sms', 'push'] } satisfies Partial<EnvelopeJson>;
  expect(resume(kept([sent], wishes))).toEqual([
    { event: 'resumed', messages: ['notifications.direct 0.1.1'] },
    { event: 'resumed', messages: ['notifications.direct 0.2.1'] },
  ]);
});
