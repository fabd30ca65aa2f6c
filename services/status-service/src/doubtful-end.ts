import type { Status, TimelineEntryJson } from '@notify/contracts';
import { positionOfEntry } from './merge-timeline.ts';
import type { Progress } from './progress.ts';

/** Why a channel was left that a provider had taken it for: no receipt came in time. */
export const NOT_CONFIRMED = 'not_confirmed';

const WITHOUT_SUCCESS: ReadonlySet<Status> = new Set(['failed', 'expired', 'suppressed']);

/**
 * Where a provider has taken it and was only late to confirm, an end without success on the channels after it is no proof that nobody got
 * it: it is `unknown` then. Folding may ask at any time and in any order: no status lies between those that it makes one.
 */
export function withDoubt<Reached extends Progress>(reached: Reached, timeline: readonly TimelineEntryJson[]): Reached {
  if (!WITHOUT_SUCCESS.has(reached.status)) return reached;
  const isDoubtful = timeline.some(
    (entry) =>
      entry.event === 'failover' && entry.reason === NOT_CONFIRMED && positionOfEntry(entry).epoch === reached.epoch,
  );
  return isDoubtful ? { ...reached, status: 'unknown' } : reached;
}
