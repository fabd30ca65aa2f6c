import type { Position, TimelineEvent } from '@notify/contracts';
import type { NotificationRecord } from './fold-events.ts';
import { positionOfEntry } from './merge-timeline.ts';
import { isAt } from './progress.ts';
import { progressOfHops } from './progress-of-all.ts';

const isComeback = (event: TimelineEvent): event is CameBack['reason'] =>
  event === 'bounced' || event === 'undelivered';
/** A worker said that a provider has it, or may have it, and that it does nothing more about it. */
const WENT_OUT: ReadonlySet<TimelineEvent> = new Set(['sent', 'unknown']);

/** Sent last, and come back. */
export interface CameBack {
  position: Position;
  /** The receipt's word. */
  reason: 'bounced' | 'undelivered';
}

/** The one provider that has, or may have, what went out there. Undefined where several messages did: a receipt does not say which one it is for. */
function onlyProvider({ attempts }: NotificationRecord, position: Position): string | undefined {
  const [taken, ...others] = attempts.filter(
    (attempt) => isAt(attempt, position) && (attempt.status === 'sent' || attempt.status === 'unknown'),
  );
  return others.length === 0 ? taken?.provider : undefined;
}

/**
 * What has come back, as receipts say, and nothing has followed from yet: one at most, or with mode `all` one for each channel. A receipt
 * changes nothing when it is for an earlier try, a channel that was left already, another provider than the one that took it, one of several
 * messages (a push to several devices), or a notification that has arrived or was cancelled. One that is faster than the worker's own word
 * waits for it: the worker may still try again.
 */
export function cameBack(record: NotificationRecord): CameBack[] {
  const ends = record.mode === 'all' ? progressOfHops(record.plan, record.timeline) : [record];
  return ends.flatMap(({ status, epoch, hop, attempt }): CameBack[] => {
    if (status !== 'sent' && status !== 'unknown') return [];
    const position = { epoch, hop, attempt };
    const here = record.timeline.filter((entry) => isAt(positionOfEntry(entry), position));
    if (!here.some(({ event }) => WENT_OUT.has(event)) || here.some(({ event }) => event === 'failed')) return [];
    const provider = onlyProvider(record, position);
    const [reason] = here
      .filter((entry) => isOf(entry.provider, provider))
      .map(({ event }) => event)
      .filter(isComeback);
    return reason === undefined ? [] : [{ position, reason }];
  });
}

/** Of a worker that died it is not known whom it had asked. */
const isOf = (provider: string | undefined, taker: string | undefined): boolean =>
  taker !== undefined && (taker === provider || taker === 'unknown');
