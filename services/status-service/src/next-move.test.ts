import { expect, test } from '@jest/globals';
import {
  type EnvelopeJson,
  type NotificationEventJson,
  parseEnvelope,
  type ReceiptJson,
  type ReceiptOutcome,
} from '@notify/contracts';
import { acceptedEvent, notificationEvent } from '../test/notification-event-builder.ts';
import { receipt } from '../test/receipt-builder.ts';
import { foldEvents } from './fold-events.ts';
import type { KeptNotification } from './kept-notification-store.ts';
import { movesAfterReceipts, movesUnconfirmed } from './next-move.ts';
import { eventOfReceipt, type RecordEvent } from './record-event.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const NOW = '2026-01-01T00:00:09.000Z';
const AT = '2026-01-01T00:00:0';
const sentByEmail = notificationEvent(ID, 'sent', { channel: 'email', at: `${AT}1.000Z`, outcome: 'sent' });
const told = (outcome: ReceiptOutcome, overrides: Partial<ReceiptJson> = {}): RecordEvent =>
  eventOfReceipt(receipt(ID, outcome, overrides));

/** As the record keeps it, once these events have happened to it. */
function kept(events: readonly RecordEvent[], wishes: Partial<EnvelopeJson> = {}): KeptNotification {
  const accepted = acceptedEvent(ID, { at: `${AT}0.000Z`, ...wishes });
  const record = foldEvents(undefined, [accepted, ...events]);
  const { epoch, hop, attempt } = record;
  const parsed = parseEnvelope({ ...accepted.envelope, epoch, hop, attempt: Math.max(1, attempt) });
  if (parsed.problem !== undefined) throw new Error(parsed.problem);
  return { record, envelope: parsed.envelope };
}

test('the next channel is told what was tried and passed over, so that it knows that this is not the first', () => {
  const skipped = notificationEvent(ID, 'skipped', { status: 'processing', channel: 'push', at: `${AT}0.500Z` });
  const sent: NotificationEventJson = notificationEvent(ID, 'sent', {
    hop: 1,
    channel: 'email',
    at: `${AT}1.000Z`,
    outcome: 'sent',
  });
  const events = [skipped, sent, told('bounced', { hop: 1 })];
  const [move] = movesAfterReceipts(kept(events, { plan: ['push', 'email', 'sms'] }), NOW);
  expect(move?.messages[0]?.body).toMatchObject({
    hop: 2,
    tried: [{ channel: 'email', status: 'sent' }],
    skipped: [{ channel: 'push' }],
  });
  const [late] = movesUnconfirmed(kept([sentByEmail]), { epoch: 0, hop: 0, attempt: 1 }, NOW);
  expect(late?.messages[0]?.body).toMatchObject({ hop: 1, tried: [{ channel: 'email' }] });
});

const lanes = (notification: KeptNotification) =>
  movesAfterReceipts(notification, NOW).flatMap(({ messages }) => messages.map(({ routingKey }) => routingKey));

test('what came back from the provider that took it goes on to the next channel', () => {
  expect(lanes(kept([sentByEmail, told('bounced')]))).toEqual(['sms.high']);
  expect(lanes(kept([told('undelivered'), sentByEmail]))).toEqual(['sms.high']);
});

test('a receipt that is faster than the worker moves nothing before the worker has said what it did', () => {
  expect(lanes(kept([told('undelivered')]))).toEqual([]);
  const resent = notificationEvent(ID, 'retrying', { channel: 'email', at: `${AT}1.000Z`, outcome: 'unknown' });
  expect(lanes(kept([told('undelivered'), resent]))).toEqual([]);
});

test('a receipt of another provider of the channel, which failed before, moves nothing', () => {
  expect(lanes(kept([sentByEmail, told('undelivered', { provider: 'sendgrid' })]))).toEqual([]);
});

test('a receipt for one of two devices moves nothing, since the other one has it', () => {
  const [call] = sentByEmail.attempts;
  const toTwo = { ...sentByEmail, attempts: [call, call].filter((each) => each !== undefined) };
  expect(lanes(kept([toTwo, told('undelivered')]))).toEqual([]);
});

test('a receipt for what a worker that died may have sent counts, whichever provider tells it', () => {
  const unknown = notificationEvent(ID, 'unknown', { channel: 'email', at: `${AT}1.000Z`, outcome: 'unknown' });
  const died = { ...unknown, attempts: unknown.attempts.map((each) => ({ ...each, provider: 'unknown' })) };
  expect(lanes(kept([died, told('bounced', { provider: 'sendgrid' })]))).toEqual(['sms.high']);
});

test('without a receipt in time nothing takes over what may not be sent any more: it stays sent', () => {
  const sent = { epoch: 0, hop: 0, attempt: 1 };
  expect(movesUnconfirmed(kept([sentByEmail], { expires_at: NOW }), sent, NOW)).toEqual([]);
  expect(movesUnconfirmed(kept([sentByEmail], { expires_at: `${AT}9.001Z` }), sent, NOW)).toHaveLength(1);
});

test('what came back and failed is done, also where the whole is unknown', () => {
  const [left] = movesUnconfirmed(kept([sentByEmail]), { epoch: 0, hop: 0, attempt: 1 }, NOW);
  const sentBySms = notificationEvent(ID, 'sent', { hop: 1, channel: 'sms', at: NOW, outcome: 'sent' });
  const bounced = told('bounced', { hop: 1, channel: 'sms' });
  const events = [sentByEmail, left?.event.body, sentBySms, bounced].filter((event) => event !== undefined);
  const [end] = movesAfterReceipts(kept(events), NOW);
  expect(end?.event.body.event).toBe('failed');
  const ended = kept([...events, ...(end === undefined ? [] : [end.event.body])]);
  expect(ended.record.status).toBe('unknown');
  expect(movesAfterReceipts(ended, NOW)).toEqual([]);
});
