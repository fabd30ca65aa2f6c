import { RUNGS, type RungName } from '@notify/contracts';

/**
 * The rung on which to wait before the next try, or undefined when the schedule is used up.
 * @param schedule rungs in the order of the tries.
 * @param attempt the 1-based try that has just failed.
 * @param retryAfterMs the vendor's own wish: the first rung at least as long, but never shorter than the schedule's.
 */
export function nextRung(schedule: readonly RungName[], attempt: number, retryAfterMs = 0): RungName | undefined {
  const scheduled = RUNGS.find(({ name }) => name === schedule[attempt - 1]);
  if (scheduled === undefined) return undefined;
  const atLeastMs = Math.max(scheduled.delayMs, retryAfterMs);
  // Longer than the longest rung: the longest; the vendor will say so again.
  return (RUNGS.find(({ delayMs }) => delayMs >= atLeastMs) ?? RUNGS.at(-1))?.name;
}

/** The rung for the n-th deferral (0-based) of a message that one of our own services kept waiting. */
export function deferralRung(deferrals: number): RungName {
  if (deferrals < 5) return '1s';
  return deferrals < 20 ? '5s' : '30s';
}
