import type { ReasonCode, TimelineEntryJson } from '@notify/contracts';

/** Why it is `unknown`: nothing was heard of it any more, even after it was put into its lane again. */
export const LOST_TRACK = 'lost_track' satisfies ReasonCode;

/** A guess about what came of it, and not a word of whoever did it. */
export const isGuessEntry = ({ event, reason }: Pick<TimelineEntryJson, 'event' | 'reason'>): boolean =>
  event === 'unknown' && reason === LOST_TRACK;
