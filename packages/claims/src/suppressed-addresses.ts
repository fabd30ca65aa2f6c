import type { Channel, SuppressionReason } from '@notify/contracts';
import type { Redis } from 'ioredis';

/**
 * A copy of user-service's suppressions that a claim can ask in its own round trip: the reason of each, under the address's digest by
 * `createAddressDigest`. Redis may lose it: user-service fills it again whenever it connects.
 */
export const suppressionsKey = (channel: Channel): string => `suppressions:${channel}`;

/** The copies of earlier versions: digests without a key, then digests without a reason. */
const formerKeys = (channel: Channel): string[] => [`suppressed:${channel}`, `suppressed-addresses:${channel}`];

const SCAN_COUNT = 1_000;

export interface SuppressedAddresses {
  /** Takes over why, by digest; of one that is there already too. */
  add(channel: Channel, reasons: Map<string, SuppressionReason>): Promise<void>;
  remove(channel: Channel, digests: readonly string[]): Promise<void>;
  /** The digests of the copy, in chunks of about a thousand; one that is there throughout comes at least once. */
  chunks(channel: Channel): AsyncIterable<string[]>;
  /** Deletes what earlier versions left. Digests without a key tell phone numbers to whoever tries them all. */
  removeFormer(channel: Channel): Promise<void>;
}

/** All methods throw what ioredis throws while Redis is away. */
export function createSuppressedAddresses(redis: Redis): SuppressedAddresses {
  return {
    async add(channel, reasons) {
      if (reasons.size > 0) await redis.hset(suppressionsKey(channel), reasons);
    },
    async remove(channel, digests) {
      if (digests.length > 0) await redis.hdel(suppressionsKey(channel), ...digests);
    },
    async *chunks(channel) {
      for await (const pairs of redis.hscanStream(suppressionsKey(channel), { count: SCAN_COUNT })) {
        yield (pairs as string[]).filter((_each, place) => place % 2 === 0);
      }
    },
    async removeFormer(channel) {
      await redis.unlink(...formerKeys(channel));
    },
  };
}
