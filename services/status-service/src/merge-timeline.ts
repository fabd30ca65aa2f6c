import { type Position, TIMELINE_EVENTS, type TimelineEntryJson } from '@notify/contracts';
import { compareInTurn } from './compare.ts';

/** As eventId() makes them: `<notification id>.<epoch>.<hop>.<attempt>.<event>`. */
const POSITION_IN_ID = /^[^.]*\.(\d+)\.(\d+)\.(\d+)\./;

/** The position that an entry's id names; zeros when it names none. */
export function positionOfEntry({ id }: TimelineEntryJson): Position {
  const [, epoch, hop, attempt] = POSITION_IN_ID.exec(id) ?? [];
  return { epoch: Number(epoch ?? 0), hop: Number(hop ?? 0), attempt: Number(attempt ?? 0) };
}

/** By time; within a millisecond by position, then in the order in which a delivery goes through the events. */
function compareEntries(a: TimelineEntryJson, b: TimelineEntryJson): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return compareInTurn(fixedKey(a), fixedKey(b));
}

function fixedKey(entry: TimelineEntryJson): (string | number)[] {
  const { epoch, hop, attempt } = positionOfEntry(entry);
  return [
    epoch,
    hop,
    attempt,
    TIMELINE_EVENTS.indexOf(entry.event),
    entry.id,
    entry.status,
    entry.channel ?? '',
    entry.reason ?? '',
  ];
}

/**
 * The entries of both lists, each id once, in order. Of two entries with one id (a publication repeated with
 * another clock reading) the earlier one stays, whichever came first.
 * @returns `kept` itself when `arrived` adds nothing.
 */
export function mergeTimeline(kept: TimelineEntryJson[], arrived: readonly TimelineEntryJson[]): TimelineEntryJson[] {
  const byId = new Map(kept.map((entry) => [entry.id, entry]));
  let isChanged = false;
  for (const entry of arrived) {
    const same = byId.get(entry.id);
    if (same !== undefined && compareEntries(same, entry) <= 0) continue;
    byId.set(entry.id, entry);
    isChanged = true;
  }
  return isChanged ? [...byId.values()].sort(compareEntries) : kept;
}
