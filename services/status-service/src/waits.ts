import { type Position, parseWaitName, type Status, type TimelineEntryJson, type WaitReason } from '@notify/contracts';
import { positionOfEntry } from './merge-timeline.ts';
import { isAt, type Progress } from './progress.ts';

/** It could be sent, but not now. */
export interface Wait {
  position: Position;
  /** As waitName() made it when it began. */
  name: string;
  reason: WaitReason;
  /** How often it had been put off at that position by then. */
  deferrals: number;
}

const BEGINS = '.deferred.';
const ENDS = '.due.';

/** The wait that an entry begins, by its id alone: whichever of two entries with one id stays, it begins the same. */
function waitOf(entry: TimelineEntryJson): Wait | undefined {
  const name = entry.id.split(BEGINS)[1] ?? '';
  const parsed = parseWaitName(name);
  return parsed && { position: positionOfEntry(entry), name, ...parsed };
}

/** The wait that one of these entries begins, and when the record has to end it. */
export function waitBegunBy(timeline: readonly TimelineEntryJson[]): { wait: Wait; until: string } | undefined {
  for (const entry of timeline) {
    const wait = waitOf(entry);
    if (wait !== undefined && entry.until !== undefined) return { wait, until: entry.until };
  }
  return undefined;
}

const beginningsAt = (position: Position, timeline: readonly TimelineEntryJson[]): TimelineEntryJson[] =>
  timeline.filter((entry) => waitOf(entry) !== undefined && isAt(positionOfEntry(entry), position));

const isOpen = ({ id }: TimelineEntryJson, timeline: readonly TimelineEntryJson[]): boolean =>
  !timeline.some((entry) => entry.id === id.replace(BEGINS, ENDS));

/** What has begun there and not ended. */
export function openWaitsAt(position: Position, timeline: readonly TimelineEntryJson[]): Wait[] {
  return beginningsAt(position, timeline)
    .filter((entry) => isOpen(entry, timeline))
    .flatMap((entry) => waitOf(entry) ?? []);
}

const NOT_SENT_YET: ReadonlySet<Status> = new Set(['accepted', 'scheduled', 'processing']);

/**
 * What waits is `scheduled` until its time has come and `processing` from then on, whatever else is told of that position before it is sent.
 * Folding may ask at any time and in any order: no other status lies between these.
 */
export function withWait<Reached extends Progress>(reached: Reached, timeline: readonly TimelineEntryJson[]): Reached {
  if (!NOT_SENT_YET.has(reached.status)) return reached;
  const beginnings = beginningsAt(reached, timeline);
  if (beginnings.length === 0) return reached;
  return { ...reached, status: beginnings.some((entry) => isOpen(entry, timeline)) ? 'scheduled' : 'processing' };
}
