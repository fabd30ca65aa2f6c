/**
 * Seconds before each try, the first included: ten tries in 75 hours. From the Standard Webhooks specification, "Deliverability and
 * reliability" (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
export const RETRY_DELAYS_SECONDS: readonly number[] = [
  0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400,
];

/** Added at random, so that what failed together does not come again together. */
const JITTER = 0.1;
/** What a receiver may ask for with Retry-After. */
const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * How long to wait after a failure.
 * @param tries failures so far, this one included.
 * @param retryAfterMs what the receiver asked for; never comes earlier than that, up to a day.
 * @param random from 0 to 1.
 * @returns undefined when that was the last try.
 */
export function retryDelayMs(
  delaysSeconds: readonly number[],
  tries: number,
  retryAfterMs = 0,
  random = Math.random(),
): number | undefined {
  const delaySeconds = delaysSeconds[tries];
  if (delaySeconds === undefined) return undefined;
  const leastMs = Math.max(delaySeconds * 1_000, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
  return Math.round(leastMs * (1 + JITTER * random));
}
