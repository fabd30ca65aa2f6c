import type { TimelineEntryJson } from '@notify/contracts';
import { cameBack } from './came-back.ts';
import type { NotificationRecord } from './fold-events.ts';
import { isReceipt, isReceiptEntry, type RecordEvent } from './record-event.ts';

/** That something may follow from receipts of an accepted notification. */
export interface ReceiptNews {
  notificationId: string;
  /** What those who listen have to be told. None: only the worker's own word was missing. */
  entries: TimelineEntryJson[];
}

const wordsOf = ({ id, at }: TimelineEntryJson): string => `${id} ${at}`;

/**
 * What these events bring that something may follow from: the receipts among them that stand in the record, those that waited for the
 * acceptance among them, or something that came back and only now can be taken over. A further receipt of the same outcome (opened again)
 * is no news. The same one again is, since a crash may have come between it and what follows.
 * @param record with the events folded into it.
 */
export function receiptNews(record: NotificationRecord, events: readonly RecordEvent[]): ReceiptNews | undefined {
  if (!record.isAccepted) return undefined;
  const receipts = record.timeline.filter(isReceiptEntry);
  if (receipts.length === 0) return undefined;
  const words = new Set(events.filter(isReceipt).flatMap(({ timeline }) => timeline.map(wordsOf)));
  const isAcceptedNow = events.some(({ event }) => event === 'accepted');
  const entries = receipts.filter((entry) => isAcceptedNow || words.has(wordsOf(entry)));
  if (entries.length === 0 && cameBack(record).length === 0) return undefined;
  return { notificationId: record.notificationId, entries };
}
