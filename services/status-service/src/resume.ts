import { EVENTS_EXCHANGE, eventId, isSettled, notificationEventRoutingKey, type Position } from '@notify/contracts';
import { type EventMessage, eventMessage, failedMessage, laneMessage, timelineEntry } from '@notify/messaging';
import type { Advance } from './advance-notifications.ts';
import type { NotificationRecord } from './fold-events.ts';
import type { KeptNotification } from './kept-notification-store.ts';
import { LOST_TRACK } from './lost-track.ts';
import { positionOfEntry } from './merge-timeline.ts';
import { movesAfterWaits, movesWhenDue, withItsWay } from './next-move.ts';
import { isAt, type Progress } from './progress.ts';
import { progressOfHops } from './progress-of-all.ts';

/** Why it is put into its lane again. */
const NO_NEWS = 'no_news';
/** Of one try. After that it is unknown. */
const MAX_RESUMES = 2;

/** Those of its ends that are not settled: one, or with mode `all` one for each channel that is not. */
export function openEnds(record: NotificationRecord): Progress[] {
  const ends = record.mode === 'all' && record.isAccepted ? progressOfHops(record.plan, record.timeline) : [record];
  return ends.filter(({ status }) => !isSettled(status));
}

/**
 * The try that is to come, or going on. What the record knows the outcome of is never the one: it would be made twice where Redis has lost
 * its claim.
 */
export function tryAfter({ plan, mode, timeline }: NotificationRecord, end: Progress): Position {
  const { status, epoch, hop, attempt } = end;
  if (status === 'retrying') return { epoch, hop, attempt: attempt + 1 };
  // The gateway tells of what it skipped here too, but that is not in the plan; a provider was named where only that was left.
  const isLeft = timeline.some(
    (entry) =>
      (entry.event === 'skipped' || (entry.event === 'failover' && entry.provider === undefined)) &&
      entry.channel === plan[hop] &&
      isAt(positionOfEntry(entry), end),
  );
  if (isLeft && mode === 'first_success' && hop + 1 < plan.length) return { epoch, hop: hop + 1, attempt: 1 };
  // 0 where the record itself moved it: the first try is to come.
  return { epoch, hop, attempt: Math.max(1, attempt) };
}

/** What was kept of it may be gone, or never have come, so that there may be no envelope. */
function lostTrackEvent(record: NotificationRecord, position: Position, at: string): EventMessage {
  const { notificationId, plan } = record;
  const id = eventId(notificationId, position, 'unknown', LOST_TRACK);
  const channel = plan[position.hop];
  const onChannel = channel === undefined ? {} : { channel };
  return {
    exchange: EVENTS_EXCHANGE,
    routingKey: notificationEventRoutingKey('unknown'),
    messageId: id,
    correlationId: record.correlationId,
    body: {
      version: 1,
      event_id: id,
      event: 'unknown',
      notification_id: notificationId,
      ...position,
      status: 'unknown',
      ...onChannel,
      attempts: [],
      timeline: [{ id, event: 'unknown', status: 'unknown', ...onChannel, reason: LOST_TRACK, at }],
      notification_type: record.notificationType,
      user_id: record.userId ?? undefined,
      correlation_id: record.correlationId,
      occurred_at: at,
    },
  };
}

function resumeEnd(
  { record, envelope: kept }: KeptNotification,
  end: Progress,
  isClaimGone: boolean,
  at: string,
): Advance {
  const position = tryAfter(record, end);
  const envelope = kept && withItsWay(record, { ...kept, ...position });
  const resumes = record.timeline.filter(
    (entry) => entry.event === 'resumed' && isAt(positionOfEntry(entry), position),
  ).length;
  if (envelope === undefined || isClaimGone || resumes >= MAX_RESUMES) {
    const messages = envelope === undefined ? [] : [failedMessage(envelope, LOST_TRACK)];
    return { record, messages, event: lostTrackEvent(record, position, at) };
  }
  const discriminator = String(resumes + 1);
  const timeline = [timelineEntry(envelope, 'resumed', 'processing', at, { reason: NO_NEWS, discriminator })];
  return {
    record,
    messages: [laneMessage(envelope, NO_NEWS)],
    event: eventMessage(envelope, 'resumed', 'processing', { attempts: [], timeline, occurredAt: at, discriminator }),
  };
}

/**
 * What follows when nothing was heard of a notification that is not settled: the try where it stands goes into its lane again, twice at
 * most, and then it is `unknown`. A try that was made has its outcome in its claim and is not made again: only its events are repeated.
 * @param isClaimGone it is so long ago that no claim would tell: it is not tried again.
 */
export function movesAfterSilence(kept: KeptNotification, isClaimGone: boolean, at: string): Advance[] {
  // What waits for its time was never claimed.
  const due = movesWhenDue(kept, at);
  if (due.length > 0) return due;
  const waited = movesAfterWaits(kept, () => true, at);
  const others = openEnds(kept.record).filter(({ status }) => waited.length === 0 || status !== 'scheduled');
  return [...waited, ...others.map((end) => resumeEnd(kept, end, isClaimGone, at))];
}
