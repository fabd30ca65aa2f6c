import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 1;

/** @returns after how many milliseconds it became so. @throws when it did not within the deadline. */
export async function timeUntil(isSo: () => Promise<boolean>, deadlineMs = 5_000): Promise<number> {
  const startedAt = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startedAt > deadlineMs) throw new Error(`not within ${deadlineMs} ms`);
    await sleep(POLL_INTERVAL_MS);
  }
  return performance.now() - startedAt;
}

/** `p50 1.2 ms, p99 3.4 ms, p100 5.6 ms` */
export function summaryOf(timesMs: readonly number[]): string {
  const sorted = timesMs.toSorted((a, b) => a - b);
  const at = (percent: number) => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
  return [50, 99, 100].map((percent) => `p${percent} ${at(percent).toFixed(1)} ms`).join(', ');
}
