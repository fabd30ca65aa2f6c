import { type Channel, isSettled, type Status, type TimelineEntryJson } from '@notify/contracts';
import { isGuessEntry } from './lost-track.ts';
import { positionOfEntry } from './merge-timeline.ts';
import { compareProgress, type Progress } from './progress.ts';
import { withWait } from './waits.ts';

/** Of settled hops the first of these that one of them has is the status of the whole: it failed only if all failed. */
const BEST_FIRST: readonly Status[] = ['read', 'delivered', 'sent', 'unknown', 'expired', 'suppressed', 'failed'];

const hasArrived = (status: Status): boolean => status === 'delivered' || status === 'read';

/** The furthest that each hop of the plan got in the latest epoch, or where it arrived in any, in the order of the plan. */
export function progressOfHops(plan: readonly Channel[], timeline: readonly TimelineEntryJson[]): Progress[] {
  const trail = timeline.map(
    (entry): Progress => ({
      ...positionOfEntry(entry),
      status: entry.status,
      ...(isGuessEntry(entry) ? { isGuess: true } : {}),
    }),
  );
  const latest = Math.max(0, ...trail.map(({ epoch }) => epoch));
  return plan.map((_channel, index) => {
    // Before anything is known of it.
    const start: Progress = { status: 'accepted', epoch: latest, hop: index, attempt: 0 };
    const furthest = trail
      .filter(({ epoch, hop, status }) => hop === index && (epoch === latest || hasArrived(status)))
      .reduce((a, b) => (compareProgress(a, b) >= 0 ? a : b), start);
    return withWait(furthest, timeline);
  });
}

/**
 * Where a notification of mode `all` is: not settled while one of its hops is not, then at its best hop.
 * It is derived from the timeline alone, the union of all that came, so that the order of events does not matter.
 */
export function progressOfAll(plan: readonly Channel[], timeline: readonly TimelineEntryJson[]): Progress {
  const hops = progressOfHops(plan, timeline);
  const cancelled = hops.find(({ status }) => status === 'cancelled');
  if (cancelled !== undefined && !hops.some(({ status }) => hasArrived(status))) return cancelled;

  const open = hops.filter(({ status }) => !isSettled(status));
  const [first] = open;
  if (first === undefined) {
    const best = BEST_FIRST.find((status) => hops.some((hop) => hop.status === status));
    return hops.find(({ status }) => status === best) ?? (hops[0] as Progress);
  }
  const waiting = hops.find(({ status }) => status === 'scheduled');
  const hasBegun = hops.some(({ status }) => status !== 'accepted' && status !== 'scheduled');
  if (!hasBegun) return waiting ?? first;
  if (waiting !== undefined && open.every(({ status }) => status === 'scheduled')) return waiting;
  return { ...first, status: open.every(({ status }) => status === 'retrying') ? 'retrying' : 'processing' };
}
