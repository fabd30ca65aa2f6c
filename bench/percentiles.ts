/** Of a set of durations, in milliseconds. */
export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

/** Exact, by the nearest rank: the smallest value that at least that share of all values does not exceed. NaN where there are none. */
export function percentilesOf(valuesMs: Iterable<number>): Percentiles {
  const sorted = Float64Array.from(valuesMs).sort();
  const at = (percent: number): number => sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
  return { p50: at(50), p95: at(95), p99: at(99) };
}

/** The middle value; with an even number of them the mean of the two in the middle. NaN where there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
