import { expect, test } from '@jest/globals';
import type { ReceiptOutcome } from '@notify/contracts';
import { acceptedEvent, notificationEvent } from '../test/notification-event-builder.ts';
import { receipt } from '../test/receipt-builder.ts';
import { foldEvents } from './fold-events.ts';
import { receiptNews } from './receipt-news.ts';
import { eventOfReceipt, type RecordEvent } from './record-event.ts';

const ID = '01890000-0000-7000-8000-000000000001';
const AT = '2026-01-01T00:00:0';
const accepted = acceptedEvent(ID, { at: `${AT}0.000Z` });
const sent = notificationEvent(ID, 'sent', { channel: 'email', at: `${AT}1.000Z`, outcome: 'sent' });
const told = (outcome: ReceiptOutcome, second: number) =>
  eventOfReceipt(receipt(ID, outcome, { occurred_at: `${AT}${second}.000Z` }));

/** What `events` bring to a record that has `before`. */
function newsOf(before: RecordEvent[], events: RecordEvent[]): string[] | undefined {
  const record = foldEvents(undefined, [...before, ...events]);
  return receiptNews(record, events)?.entries.map(({ event }) => event);
}

test('a receipt is told alone, whatever receipts came before, and again when it is repeated word for word', () => {
  const before = [accepted, sent, told('delivered', 2)];
  expect(newsOf(before, [told('opened', 3)])).toEqual(['opened']);
  expect(newsOf([...before, told('opened', 3)], [told('opened', 3)])).toEqual(['opened']);
});

test('what is opened again, and what a worker tells without a receipt that waits, is no news', () => {
  expect(newsOf([accepted, sent, told('opened', 3)], [told('opened', 4)])).toBeUndefined();
  expect(newsOf([accepted], [sent])).toBeUndefined();
  expect(newsOf([accepted, told('opened', 3)], [sent])).toBeUndefined();
});

test('receipts wait for the acceptance, and what came back for the word of the worker that sent it', () => {
  expect(newsOf([], [told('bounced', 2)])).toBeUndefined();
  expect(newsOf([told('delivered', 2), told('opened', 3)], [accepted])).toEqual(['delivered', 'opened']);
  expect(newsOf([accepted, told('bounced', 2)], [sent])).toEqual([]);
});
