import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@notify/contracts';
import type { ReceiptsConfig } from './receipts-config.ts';

/** Vendors' clocks may be ahead of ours by this much. */
const CLOCK_SKEW_SECONDS = 300;

/** Whether two secrets are the same; how long it takes tells nothing of them. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/**
 * @param timestamp seconds since 1970, as the vendor signed it.
 * @param maxAgeSeconds longer than the vendor goes on repeating a request that we could not take.
 * @throws AppError `unauthorized`.
 */
export function refuseStale(timestamp: string | number, receivedAt: Date, maxAgeSeconds: number): void {
  const ageSeconds = receivedAt.getTime() / 1000 - Number(timestamp);
  // Also false for NaN.
  const isFresh = ageSeconds <= maxAgeSeconds && ageSeconds >= -CLOCK_SKEW_SECONDS;
  if (!isFresh) throw new AppError('unauthorized', 'The timestamp is too old, or in the future');
}

/** @throws AppError `unauthorized`: what every vendor's wrong signature leads to. */
export function refuseSignature(...settings: (keyof ReceiptsConfig)[]): never {
  const keys = settings.join(' and ');
  throw new AppError('unauthorized', `The signature is missing or wrong: it is verified with ${keys}`);
}
