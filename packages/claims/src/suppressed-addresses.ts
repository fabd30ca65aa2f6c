import type { Channel } from '@notify/contracts';
import type { Redis } from 'ioredis';

/**
 * A copy of user-service's suppressions that a claim can ask in its own round trip: digests by `createAddressDigest`. Redis may lose it:
 * user-service fills it again whenever it connects.
 */
export const suppressedKey = (channel: Channel): string => `suppressed-addresses:${channel}`;

/** The copy as it was until its digests had a key. */
const unkeyedKey = (channel: Channel): string => `suppressed:${channel}`;

const SCAN_COUNT = 1_000;

export interface SuppressedAddresses {
  add(channel: Channel, digests: readonly string[]): Promise<void>;
  remove(channel: Channel, digests: readonly string[]): Promise<void>;
  /** Everything in the copy, in chunks of about a thousand; one that is there throughout comes at least once. */
  chunks(channel: Channel): AsyncIterable<string[]>;
  /** Deletes what an earlier version left, which tells phone numbers to whoever tries them all. */
  removeUnkeyed(channel: Channel): Promise<void>;
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
    async removeUnkeyed(channel) {
      await redis.unlink(unkeyedKey(channel));
    },
  };
}
