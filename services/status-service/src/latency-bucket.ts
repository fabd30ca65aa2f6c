/** Below, each millisecond has its bucket; from here on, each power of two has 16 of equal width. */
const EXACT_BELOW_MS = 32;
const MAX_MS = 2 ** 31 - 1;

/**
 * The bucket of a latency. From 32 ms on, a bucket is 3 to 6.25 % wide. Whole numbers only, so that the migration that
 * fills the counters (000011) counts in the very same buckets.
 */
export function bucketOfLatency(latencyMs: number): number {
  const ms = Math.min(Math.max(Math.floor(latencyMs), 0), MAX_MS);
  if (ms < EXACT_BELOW_MS) return ms;
  const shift = 27 - Math.clz32(ms);
  return shift * 16 + (ms >>> shift);
}

/** The middle of a bucket: at most 3.2 % from any latency in it. */
export function latencyOfBucket(bucket: number): number {
  if (bucket < EXACT_BELOW_MS) return bucket;
  const shift = Math.floor(bucket / 16) - 1;
  const width = 2 ** shift;
  return (bucket - shift * 16) * width + Math.floor((width - 1) / 2);
}

export interface LatencyBucket {
  bucket: number;
  count: number;
}

/**
 * The least latency that this part of all does not exceed, as the middle of its bucket.
 * @param buckets in ascending order.
 * @param part 0 to 1.
 * @returns undefined where nothing was counted.
 */
export function percentileOf(buckets: readonly LatencyBucket[], part: number): number | undefined {
  const wanted = part * buckets.reduce((sum, { count }) => sum + count, 0);
  let counted = 0;
  for (const { bucket, count } of buckets) {
    counted += count;
    if (count > 0 && counted >= wanted) return latencyOfBucket(bucket);
  }
  return undefined;
}
