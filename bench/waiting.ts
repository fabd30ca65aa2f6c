import { setTimeout as sleep } from 'node:timers/promises';

const MIN_PAUSE_MS = 10;
const MAX_PAUSE_MS = 500;
/** No progress for this long, and the rest counts as lost. Longer than the first rungs of retries. */
const STALLED_AFTER_MS = 20_000;

export interface Recorded {
  count: number;
  /** Unix time in milliseconds at which the count was seen. */
  atMs: number;
}

/**
 * Waits until `expected` are recorded, or none has been added for 20 s. Asks rarely while much is missing (half as long as the rest
 * would take at the rate so far), since each question is work for the database, and every 10 ms at the end.
 */
export async function waitUntilRecorded(
  countRecorded: () => Promise<number>,
  expected: number,
  startedAtMs: number,
): Promise<Recorded> {
  let count = 0;
  let progressAtMs = Date.now();
  for (;;) {
    const seen = await countRecorded();
    const atMs = Date.now();
    if (seen > count) progressAtMs = atMs;
    count = seen;
    if (count >= expected || atMs - progressAtMs > STALLED_AFTER_MS) return { count, atMs };
    const restMs = ((expected - count) / Math.max(1, count)) * (atMs - startedAtMs);
    await sleep(Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, restMs / 2)));
  }
}
