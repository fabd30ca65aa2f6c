import { createHash } from 'node:crypto';
import type { Channel } from '@notify/contracts';
import type { Redis } from 'ioredis';

/**
 * A copy of user-service's suppressions that a claim can ask in its own round trip. Redis may lose it: user-service fills it
 * again whenever it connects.
 */
export const suppressedKey = (channel: Channel): string => `suppressed:${channel}`;

/** How an address is known, whatever its case: none stands in Redis itself. 128 bits are enough to never meet another's. */
export function addressDigest(address: string): string {
  return createHash('sha256').update(address.toLowerCase()).digest().subarray(0, 16).toString('base64url');
}

const SCAN_COUNT = 1_000;

export interface SuppressedAddresses {
  add(channel: Channel, digests: readonly string[]): Promise<void>;
  remove(channel: Channel, digests: readonly string[]): Promise<void>;
  /** Everything in the copy, in chunks of about a thousand; one that is there throughout comes at least once. */
  chunks(channel: Channel): AsyncIterable<string[]>;
}

/** All methods throw what ioredis throws while Redis is away. */
export function createSuppressedAddresses(redis: Redis): SuppressedAddresses {
  return {
    async add(channel, digests) {
      if (digests.length > 0) await redis.sadd(suppressedKey(channel), ...digests);
    },
    async remove(channel, digests) {
      if (digests.length > 0) await redis.srem(suppressedKey(channel), ...digests);
    },
    chunks: (channel) => redis.sscanStream(suppressedKey(channel), { count: SCAN_COUNT }),
  };
}
