import { createHash } from 'node:crypto';
import type { Channel } from '@notify/contracts';
import type { Redis } from 'ioredis';

/**
 * A copy of user-service's suppressions that a claim can ask in its own round trip. Redis may lose it: user-service fills it
 * again whenever it connects.
 */
export const suppressedKey = (channel: Channel): string => `suppressed:${channel}`;

/** No address stands in Redis, only its digest; 128 bits are enough to never meet another's. */
export function suppressedMember(address: string): string {
  return createHash('sha256').update(address.toLowerCase()).digest().subarray(0, 16).toString('base64url');
}

export interface SuppressedAddresses {
  add(channel: Channel, addresses: readonly string[]): Promise<void>;
  remove(channel: Channel, address: string): Promise<void>;
}

/** All methods throw what ioredis throws while Redis is away. */
export function createSuppressedAddresses(redis: Redis): SuppressedAddresses {
  return {
    async add(channel, addresses) {
      if (addresses.length > 0) await redis.sadd(suppressedKey(channel), addresses.map(suppressedMember));
    },
    async remove(channel, address) {
      await redis.srem(suppressedKey(channel), suppressedMember(address));
    },
  };
}
