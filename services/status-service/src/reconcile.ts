import { CLAIM_TTL_SECONDS } from '@notify/claims';
import { laneQueue, RUNGS } from '@notify/contracts';
import type { Publisher } from '@notify/messaging';
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
}

/** When messages were last seen waiting in each queue, in milliseconds since 1970. */
export type BusyAt = ReadonlyMap<string, number>;

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

/** Whether it may have waited in a lane since: then it is late, and not lost. The last ones are in a worker's hands when nothing waits any more. */
function mayWaitInLane({ record, envelope }: SilentNotification, silentSince: number, busyAt: BusyAt): boolean {
  if (envelope === undefined) return false;
  return openEnds(record).some((end) => {
    const channel = record.plan[tryAfter(record, end).hop];
    return channel !== undefined && (busyAt.get(laneQueue(channel, envelope.priority)) ?? 0) > silentSince;
  });
}

/**
 * Looks at a batch of what is not settled and was silent since before `silentSince`, and does what follows. Several instances may look at
 * once.
 * @param silentSince in milliseconds since 1970; status.queue, where the news may be, was empty since.
 * @param after where the last look ended.
 * @throws what PostgreSQL and the broker throw while they are away; nothing has changed then.
 */
export function reconcile(
  { database, publisher }: ReconcileContext,
  silentSince: number,
  busyAt: BusyAt,
  after: SilencePlace = BEFORE_ALL,
): Promise<Reconciled> {
  return inTransaction(database, async (client) => {
    const found = await lockSilent(client, new Date(silentSince).toISOString(), after, BATCH_SIZE);
    const next = found.length < BATCH_SIZE ? undefined : found.at(-1)?.place;
    if (found.length === 0) return { resumed: 0, unknown: 0, next };

    const now = Date.now();
    const lost = found.filter((each) => !mayWait(each, silentSince) && !mayWaitInLane(each, silentSince, busyAt));
    const moves = lost.flatMap((each) => {
      const isClaimGone = now - Date.parse(each.place.heardAt) > CLAIM_TTL_SECONDS * 1000;
      return movesAfterSilence(each, isClaimGone, new Date(now).toISOString());
    });
    await advanceNotifications(client, publisher, moves);
    const unknown = moves.filter(({ event }) => event.body.status === 'unknown').length;
    return { resumed: moves.length - unknown, unknown, next };
  });
}
