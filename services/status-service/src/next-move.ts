import {
  attemptFromJson,
  type Envelope,
  eventId,
  hasNextChannel,
  type Position,
  type ReasonCode,
  type Skip,
  type TimelineEntryJson,
} from '@notify/contracts';
import {
  deferredLaneMessage,
  type EventMessage,
  eventMessage,
  failedMessage,
  firstLaneMessages,
  laneMessage,
  timelineEntry,
} from '@notify/messaging';
import type { Advance } from './advance-notifications.ts';
import { cameBack } from './came-back.ts';
import { NOT_CONFIRMED } from './doubtful-end.ts';
import type { NotificationRecord } from './fold-events.ts';
import type { KeptNotification } from './kept-notification-store.ts';
import { positionOfEntry } from './merge-timeline.ts';
import { openWaits } from './open-waits.ts';
import { isAt } from './progress.ts';
import { isReceiptEntry } from './record-event.ts';
import type { Wait } from './waits.ts';

/** The envelope as it would have come from worker to worker: with what was tried and passed over on its way here. */
export function withItsWay({ attempts, timeline, mode }: NotificationRecord, envelope: Envelope): Envelope {
  // With mode `all` each channel is for itself.
  const isOnTheWay = ({ epoch, hop }: Pick<Position, 'epoch' | 'hop'>) =>
    epoch === envelope.epoch && (mode === 'first_success' || hop === envelope.hop);
  const skipped = timeline.flatMap((entry): Skip[] => {
    const { event, channel, reason = '' } = entry;
    // What the gateway left out is not in the plan.
    const isWorkers = event === 'skipped' && channel !== undefined && envelope.plan.includes(channel);
    return isWorkers && isOnTheWay(positionOfEntry(entry)) ? [{ channel, reason }] : [];
  });
  return { ...envelope, tried: attempts.filter(isOnTheWay).map(attemptFromJson), skipped };
}

/** The next channel, if there is one, else the end: what was sent at that position has not arrived. */
function takeOver(record: NotificationRecord, kept: Envelope, reason: ReasonCode, at: string): Advance {
  const envelope = withItsWay(record, kept);
  if (!hasNextChannel(envelope)) {
    const timeline = [timelineEntry(envelope, 'failed', 'failed', at, { reason })];
    return {
      record,
      event: eventMessage(envelope, 'failed', 'failed', { attempts: [], timeline, occurredAt: at }),
      messages: [failedMessage(envelope, reason)],
    };
  }
  const next = { ...envelope, hop: envelope.hop + 1 };
  // Past everything on the channel that is left, before the first try on the next one.
  const between = { ...next, attempt: 0 };
  const left = envelope.plan[envelope.hop];
  // The reason is part of the ids: another one never takes its place in the trail.
  const discriminator = reason;
  const timeline = [timelineEntry(between, 'failover', 'processing', at, { reason, channel: left, discriminator })];
  return {
    record,
    event: eventMessage(between, 'failover', 'processing', { attempts: [], timeline, occurredAt: at, discriminator }),
    messages: [laneMessage({ ...next, attempt: 1 }, reason)],
  };
}

/** What follows from the receipts that have come: see cameBack. */
export function movesAfterReceipts({ record, envelope }: KeptNotification, at: string): Advance[] {
  if (envelope === undefined) return [];
  return cameBack(record).map(({ position, reason }) => takeOver(record, { ...envelope, ...position }, reason, at));
}

/** No receipt came in time for what was sent there. Nothing, when it went on meanwhile, or nothing may be sent any more. */
export function movesUnconfirmed({ record, envelope }: KeptNotification, sent: Position, at: string): Advance[] {
  if (envelope === undefined || record.status !== 'sent' || !isAt(record, sent) || !hasNextChannel(envelope)) return [];
  if (envelope.expiresAt !== undefined && Date.parse(envelope.expiresAt) <= Date.parse(at)) return [];
  return [takeOver(record, envelope, NOT_CONFIRMED, at)];
}

/** Where a scheduled one starts. */
const FIRST_TRY: Position = { epoch: 0, hop: 0, attempt: 1 };

/** The time to send it has come. Nothing, when it was cancelled or has begun already, though it may be waiting for something else now. */
export function movesWhenDue({ record, envelope }: KeptNotification, at: string): Advance[] {
  if (envelope === undefined || record.status !== 'scheduled') return [];
  if (record.timeline.some(({ id }) => id === eventId(record.notificationId, FIRST_TRY, 'due'))) return [];
  const { channel: _notChosenYet, ...due } = timelineEntry(envelope, 'due', 'processing', at);
  return [
    {
      record,
      event: eventMessage(envelope, 'due', 'processing', { attempts: [], timeline: [due], occurredAt: at }),
      messages: firstLaneMessages(envelope, 'due'),
    },
  ];
}

/**
 * What waited may go on: back into its lane, where a worker decides anew. Nothing, when it went on or was cancelled meanwhile.
 * @param isOver which of its waits have come to their end.
 * @param because why, where it is not simply time.
 */
export function movesAfterWaits(
  { record, envelope }: KeptNotification,
  isOver: (wait: Wait) => boolean,
  at: string,
  because?: 'user_changed',
): Advance[] {
  if (envelope === undefined) return [];
  return openWaits(record)
    .filter(isOver)
    .map((wait) => {
      const { position, name, deferrals } = wait;
      const reason = because ?? wait.reason;
      const waiting = withItsWay(record, { ...envelope, ...position });
      const entry = timelineEntry(waiting, 'due', 'processing', at, { reason, discriminator: name });
      return {
        record,
        event: eventMessage(waiting, 'due', 'processing', {
          attempts: [],
          timeline: [entry],
          occurredAt: at,
          discriminator: name,
        }),
        messages: [deferredLaneMessage({ ...waiting, deferrals: deferrals + 1, isResumed: true }, reason)],
      };
    });
}

/** What the vendors told of it, as events for those who listen. */
export function receiptEvents(
  kept: KeptNotification | undefined,
  entries: readonly TimelineEntryJson[],
): EventMessage[] {
  const envelope = kept?.envelope;
  if (envelope === undefined) return [];
  return entries.map((entry) =>
    eventMessage({ ...envelope, ...positionOfEntry(entry) }, entry.event, entry.status, {
      attempts: [],
      timeline: [entry],
      occurredAt: entry.at,
    }),
  );
}

/** Where it has arrived, as a receipt or its reader says. */
export function arrivals({ timeline }: NotificationRecord): Position[] {
  return timeline
    .filter((entry) => isReceiptEntry(entry) && (entry.status === 'delivered' || entry.status === 'read'))
    .map(positionOfEntry);
}
