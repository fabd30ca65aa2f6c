import { type Envelope, REPLAYABLE_STATUSES, type Status } from '@notify/contracts';
import { eventMessage, firstLaneMessages, timelineEntry } from '@notify/messaging';
import type { Advance } from './advance-notifications.ts';
import type { NotificationRecord } from './fold-events.ts';

export function isReplayable(status: Status): boolean {
  return (REPLAYABLE_STATUSES as readonly Status[]).includes(status);
}

/** The whole notification once more, from the first channel of its plan, with nothing tried. */
export function nextEpoch(record: NotificationRecord, envelope: Envelope, reason: 'retry' | 'replay'): Advance {
  const again: Envelope = { ...envelope, epoch: record.epoch + 1, hop: 0, attempt: 1 };
  // Before the first try: what the workers tell of it is always further along.
  const start: Envelope = { ...again, attempt: 0 };
  const at = new Date().toISOString();
  const { channel: _noneChosenYet, ...entry } = timelineEntry(start, 'replayed', 'processing', at, { reason });
  return {
    record,
    messages: firstLaneMessages(again, reason),
    event: eventMessage(start, 'replayed', 'processing', { attempts: [], timeline: [entry], occurredAt: at }),
  };
}
