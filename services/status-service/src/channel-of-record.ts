import type { AttemptJson, Channel, Status, TimelineEntryJson, TimelineEvent } from '@notify/contracts';
import { compareInTurn } from './compare.ts';
import { positionOfEntry } from './merge-timeline.ts';

const SUCCESS: Partial<Record<Status, number>> = { sent: 1, delivered: 2, read: 3 };
/** Skipped and deferred are not here: nothing was tried then. */
const BEING_TRIED: ReadonlySet<TimelineEvent> = new Set<TimelineEvent>(['processing', 'retrying', 'unknown']);

/**
 * The channel that a client is shown: the one that succeeded, else the latest tried, else none.
 * It is derived from the whole trail, never from "the last event", since events come in any order.
 */
export function channelOfRecord(
  status: Status,
  attempts: readonly AttemptJson[],
  timeline: readonly TimelineEntryJson[],
): Channel | null {
  const isSuccess = SUCCESS[status] !== undefined;
  let best: { key: number[]; channel: Channel } | undefined;
  const consider = (key: number[], channel: Channel) => {
    if (best === undefined || compareInTurn(key, best.key) >= 0) best = { key, channel };
  };

  // A success on one hop beats any trying elsewhere, but only while the record says success: a bounce ends that.
  for (const { channel, status: outcome, epoch, hop, attempt } of attempts) {
    consider([isSuccess ? (SUCCESS[outcome as Status] ?? 0) : 0, epoch, hop, attempt], channel);
  }
  for (const entry of timeline) {
    const success = isSuccess ? (SUCCESS[entry.status] ?? 0) : 0;
    if (entry.channel === undefined || (success === 0 && !BEING_TRIED.has(entry.event))) continue;
    const { epoch, hop, attempt } = positionOfEntry(entry);
    consider([success, epoch, hop, attempt], entry.channel);
  }
  return best?.channel ?? null;
}
