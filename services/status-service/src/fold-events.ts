import type { AttemptJson, Channel, EnvelopeJson, Mode, TimelineEntryJson } from '@notify/contracts';
import { channelOfRecord } from './channel-of-record.ts';
import { compareInTurn } from './compare.ts';
import { withDoubt } from './doubtful-end.ts';
import { isGuessEntry } from './lost-track.ts';
import { mergeAttempts } from './merge-attempts.ts';
import { mergeTimeline } from './merge-timeline.ts';
import { compareProgress, type Progress } from './progress.ts';
import { progressOfAll } from './progress-of-all.ts';
import type { RecordEvent } from './record-event.ts';
import { withWait } from './waits.ts';

/** What is known of a notification. Times are RFC 3339 in UTC with milliseconds, so that they sort as texts. */
export interface NotificationRecord extends Required<Progress> {
  notificationId: string;
  channel: Channel | null;
  notificationType: string;
  userId: string | null;
  correlationId: string;
  /** When it was accepted; in a stub, the earliest event's time. */
  createdAt: string;
  /** The latest event's time. */
  updatedAt: string;
  attempts: AttemptJson[];
  timeline: TimelineEntryJson[];
  /** False while only receipts told of it: perhaps they are for somebody else's message, so that it does not count as a notification yet. */
  isKnown: boolean;
  /** False in a stub: a later event was faster than `accepted`. */
  isAccepted: boolean;
  /** A stub does not know its mode and plan yet. */
  mode: Mode;
  plan: Channel[];
  /** The message as it was accepted, when one of the folded events brought it; a record from the database comes without. */
  envelope?: EnvelopeJson;
}

/**
 * What the record is once these events have happened to it. The result is the same in whatever order and however
 * often events are folded, in one go or in several: every field is the least, the greatest or the union of what came.
 * @param events of one notification, at least one when there is no record yet.
 * @returns `record` itself when the events change nothing.
 */
export function foldEvents(record: NotificationRecord | undefined, events: readonly RecordEvent[]): NotificationRecord {
  const next = record === undefined ? stubOf(events[0] as RecordEvent) : { ...record };
  let isChanged = record === undefined;

  for (const event of events) {
    if (event.occurred_at > next.updatedAt) {
      next.updatedAt = event.occurred_at;
      isChanged = true;
    }
    const attempts = mergeAttempts(next.attempts, event.attempts);
    const timeline = mergeTimeline(next.timeline, event.timeline);
    const reached = standing(reachedBy(event), timeline);
    // With mode `all` the status follows from the timeline, below.
    if (!isEachForItself(next) && compareProgress(reached, next) > 0) {
      Object.assign(next, reached);
      isChanged = true;
    }
    const isIdentified =
      event.event === 'accepted' ? accept(next, event) : !next.isAccepted && identifyStub(next, event);
    isChanged = isChanged || isIdentified || attempts !== next.attempts || timeline !== next.timeline;
    next.attempts = attempts;
    next.timeline = timeline;
  }

  if (record !== undefined && !isChanged) return record;
  const progress = isEachForItself(next) ? progressOfAll(next.plan, next.timeline) : standing(next, next.timeline);
  Object.assign(next, { isGuess: false }, progress);
  next.channel = channelOfRecord(next.status, next.attempts, next.timeline);
  return next;
}

function isEachForItself({ isAccepted, mode }: NotificationRecord): boolean {
  return isAccepted && mode === 'all';
}

function progressOf({ status, epoch, hop, attempt, isGuess }: Required<Progress>): Required<Progress> {
  return { status, epoch, hop, attempt, isGuess };
}

function reachedBy(event: RecordEvent): Required<Progress> {
  return progressOf({
    ...event,
    isGuess: event.timeline.some((entry) => entry.id === event.event_id && isGuessEntry(entry)),
  });
}

/** The progress that is shown: what else is in the trail may put another face on it. */
function standing(reached: Required<Progress>, timeline: NotificationRecord['timeline']): Required<Progress> {
  return withWait(withDoubt(progressOf(reached), timeline), timeline);
}

function stubOf(event: RecordEvent): NotificationRecord {
  return {
    ...reachedBy(event),
    notificationId: event.notification_id,
    channel: null,
    notificationType: event.notification_type ?? '',
    userId: event.user_id ?? null,
    correlationId: event.correlation_id ?? '',
    createdAt: event.occurred_at,
    updatedAt: event.occurred_at,
    attempts: [],
    timeline: [],
    isKnown: event.notification_type !== undefined,
    isAccepted: false,
    mode: 'first_success',
    plan: [],
  };
}

/** What an early event tells of the notification. All tell the same; should they not, the least one stands. */
function identifyStub(stub: NotificationRecord, event: RecordEvent): boolean {
  const before = { ...stub };
  if (event.occurred_at < stub.createdAt) stub.createdAt = event.occurred_at;
  if (event.notification_type !== undefined) {
    stub.notificationType = stub.isKnown
      ? least(stub.notificationType, event.notification_type)
      : event.notification_type;
    stub.correlationId = stub.isKnown ? least(stub.correlationId, event.correlation_id) : event.correlation_id;
    stub.isKnown = true;
  }
  if (event.user_id !== undefined) stub.userId = least(stub.userId ?? event.user_id, event.user_id);
  return (
    before.createdAt !== stub.createdAt ||
    before.notificationType !== stub.notificationType ||
    before.correlationId !== stub.correlationId ||
    before.userId !== stub.userId ||
    before.isKnown !== stub.isKnown
  );
}

const least = (a: string, b: string): string => (a < b ? a : b);

/**
 * Completes a stub. A request that is sent again after a 503 is accepted a second time under the same id:
 * then the earlier acceptance is the one that counts.
 */
function accept(record: NotificationRecord, { envelope }: RecordEvent): boolean {
  if (envelope === undefined) return false;
  const arrived = [envelope.created_at, envelope.correlation_id];
  if (record.isAccepted && compareInTurn([record.createdAt, record.correlationId], arrived) <= 0) return false;
  record.isKnown = true;
  record.isAccepted = true;
  record.mode = envelope.mode;
  record.plan = envelope.plan;
  record.envelope = envelope;
  record.createdAt = envelope.created_at;
  record.correlationId = envelope.correlation_id;
  record.notificationType = envelope.notification_type;
  record.userId = envelope.recipient.user_id ?? null;
  return true;
}
