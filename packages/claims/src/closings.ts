import type { Redis, Result } from 'ioredis';
import { CLOSED_FIELD, closedHopField, notificationKey, TTL_SECONDS } from './keys.ts';

/** Longer than any outage of ours, in which a message may wait unclaimed. */
const CANCELLED_TTL_SECONDS = 7 * 86_400;

/** Closes the notification unless a position says that a provider has it, may have it, or is just being asked. */
const CANCEL = `
local closed = redis.call('HGET', KEYS[1], '${CLOSED_FIELD}')
if closed then return closed end
for _, held in ipairs(redis.call('HVALS', KEYS[1])) do
  local kind = string.sub(held, 1, string.find(held, ':') or 0)
  if kind == 'sending:' or kind == 'sent:' then return 'too_late' end
end
redis.call('HSET', KEYS[1], '${CLOSED_FIELD}', 'cancelled')
redis.call('EXPIRE', KEYS[1], ARGV[1])
return 'cancelled'
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    cancelNotification(key: string, ttlSeconds: number): Result<string, Context>;
  }
}

/** Ends what may still be going on in the lanes and on the rungs: no position of what is closed can be claimed any more. */
export interface Closings {
  /** @returns false: too late, a provider has it or may have it. True also where it was cancelled before. */
  cancel(notificationId: string): Promise<boolean>;
  /**
   * It has arrived, as a receipt says: no other try is wanted.
   * @param hop only this hop, where each channel is for itself (mode `all`).
   */
  closeDelivered(notificationId: string, hop?: { hop: number }): Promise<void>;
}

/** All methods throw what ioredis throws while Redis is away. */
export function createClosings(redis: Redis): Closings {
  redis.defineCommand('cancelNotification', { numberOfKeys: 1, lua: CANCEL });
  return {
    async cancel(notificationId) {
      return (await redis.cancelNotification(notificationKey(notificationId), CANCELLED_TTL_SECONDS)) === 'cancelled';
    },
    async closeDelivered(notificationId, hop) {
      const key = notificationKey(notificationId);
      const field = hop === undefined ? CLOSED_FIELD : closedHopField(hop);
      await redis.multi().hsetnx(key, field, 'delivered').expire(key, TTL_SECONDS).exec();
    },
  };
}
