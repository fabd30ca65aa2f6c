import { expect, test } from '@jest/globals';
import { bucketOfLatency, latencyOfBucket, percentileOf } from './latency-bucket.ts';

test('buckets follow each other without a gap, and none is told more than 3.2 % wrong', () => {
  let before = -1;
  for (let ms = 0; ms < 100_000; ms += 1) {
    const bucket = bucketOfLatency(ms);
    expect(bucket - before === 0 || bucket - before === 1).toBe(true);
    expect(Math.abs(latencyOfBucket(bucket) - ms)).toBeLessThanOrEqual(0.032 * ms);
    before = bucket;
  }
});

test('what is less than nothing or longer than weeks has a bucket too', () => {
  expect(bucketOfLatency(-5)).toBe(0);
  expect(bucketOfLatency(0.9)).toBe(0);
  expect(bucketOfLatency(1e15)).toBe(447);
});

test('a percentile is the latency that as many do not exceed', () => {
  const buckets = Array.from({ length: 20 }, (_, bucket) => ({ bucket, count: 5 }));
  expect([0.5, 0.95, 0.99].map((part) => percentileOf(buckets, part))).toEqual([9, 18, 19]);
  expect(percentileOf([], 0.5)).toBeUndefined();
});
