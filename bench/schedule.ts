/** When requests are to be sent, whatever became of those before: evenly, the first one at once. */
export interface Schedule {
  /** Milliseconds after the start. */
  dueAtMs(index: number): number;
  /** How many requests are due when that many milliseconds have passed. */
  dueCount(elapsedMs: number): number;
}

export function evenSchedule(ratePerSecond: number, count: number): Schedule {
  const perMs = ratePerSecond / 1000;
  return {
    dueAtMs: (index) => index / perMs,
    dueCount: (elapsedMs) => Math.min(count, Math.floor(elapsedMs * perMs) + 1),
  };
}
