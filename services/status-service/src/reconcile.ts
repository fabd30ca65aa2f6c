import { CLAIM_TTL_SECONDS } from '@notify/claims';
import { laneQueue, QUEUES, RUNGS, STATUS_QUEUE } from '@notify/contracts';
import type { Broker, Publisher } from '@notify/messaging';
import { type Database, inTransaction } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { BEFORE_ALL, lockSilent, type SilencePlace, type SilentNotification } from './kept-notification-store.ts';
import { movesAfterSilence, openEnds, tryAfter } from './resume.ts';

/** In one transaction. With mode `all` each may be a message to every channel. */
const BATCH_SIZE = 200;
const LONGEST_RUNG_MS = Math.max(...RUNGS.map(({ delayMs }) => delayMs));

export interface ReconcileContext {
  database: Database;
  publisher: Publisher;
  broker: Pick<Broker, 'queueDepths'>;
}

export interface Reconciled {
  resumed: number;
  unknown: number;
  /** Where the next look goes on; undefined when this one came to the end. */
  next: SilencePlace | undefined;
}

/** Whether it waits for its time, or may be on a rung: any, whatever the type's schedule, since a vendor's Retry-After may have chosen it. */
function mayWait({ record }: SilentNotification, silentSince: number): boolean {
  return record.timeline.some(({ event, at, until }) => {
    const isPutOff = event === 'retrying' || event === 'deferred';
    return isPutOff && (until === undefined ? Date.parse(at) + LONGEST_RUNG_MS : Date.parse(until)) > silentSince;
  });
}

/** Whether it may be in a lane where others wait before it: then it is late, and not lost. */
function mayWaitInLane({ record, envelope }: SilentNotification, depths: ReadonlyMap<string, number>): boolean {
  if (envelope === undefined) return false;
  return openEnds(record).some((end) => {
    const channel = record.plan[tryAfter(record, end).hop];
    return channel !== undefined && (depths.get(laneQueue(channel, envelope.priority)) ?? 0) > 0;
  });
}

/**
 * Looks at a batch of what is not settled and was silent since before `silentSince`, and does what follows. Several instances may look at
 * once. While status.queue has a backlog nothing is judged: the news may be in it.
 * @param silentSince in milliseconds since 1970.
 * @param after where the last look ended.
 * @throws what PostgreSQL and the broker throw while they are away; nothing has changed then.
 */
export function reconcile(
  { database, publisher, broker }: ReconcileContext,
  silentSince: number,
  after: SilencePlace = BEFORE_ALL,
): Promise<Reconciled> {
  return inTransaction(database, async (client) => {
    const found = await lockSilent(client, new Date(silentSince).toISOString(), after, BATCH_SIZE);
    const next = found.length < BATCH_SIZE ? undefined : found.at(-1)?.place;
    if (found.length === 0) return { resumed: 0, unknown: 0, next };
    const depths = await broker.queueDepths(QUEUES.map(({ name }) => name));
    if ((depths.get(STATUS_QUEUE) ?? 0) > 0) return { resumed: 0, unknown: 0, next };

    const now = Date.now();
    const lost = found.filter((each) => !mayWait(each, silentSince) && !mayWaitInLane(each, depths));
    const moves = lost.flatMap((each) => {
      const isClaimGone = now - Date.parse(each.place.heardAt) > CLAIM_TTL_SECONDS * 1000;
      return movesAfterSilence(each, isClaimGone, new Date(now).toISOString());
    });
    await advanceNotifications(client, publisher, moves);
    const unknown = moves.filter(({ event }) => event.body.status === 'unknown').length;
    return { resumed: moves.length - unknown, unknown, next };
  });
}
