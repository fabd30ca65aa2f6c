import type { Redis, Result } from 'ioredis';
import { CLAIM_TTL_SECONDS, CLOSED_FIELD, closedHopField, notificationKey } from './keys.ts';

/** Longer than any outage of ours, in which a message may wait unclaimed. */
const CANCELLED_TTL_SECONDS = 7 * 86_400;

/**
 * Closes the notification unless a position of this epoch, whose keys start so, says that a provider has it, may have it, or is just
 * being asked. What an earlier epoch sent takes nothing from a cancel of its replay.
 */
const CANCEL = `
local closed = redis.call('HGET', KEYS[1], '${CLOSED_FIELD}')
if closed then return closed end
local ttl, epoch = ARGV[1], ARGV[2]
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local field, held = fields[i], fields[i + 1]
  local kind = string.sub(held, 1, string.find(held, ':') or 0)
  if string.sub(field, 1, #epoch) == epoch and (kind == 'sending:' or kind == 'sent:') then return 'too_late' end
end
redis.call('HSET', KEYS[1], '${CLOSED_FIELD}', 'cancelled')
redis.call('EXPIRE', KEYS[1], ttl)
return 'cancelled'
`;

/** Keeps what closed it before, and for as long as that asked for: EXPIRE's own GT came with Redis 7. */
const CLOSE_DELIVERED = `
redis.call('HSETNX', KEYS[1], ARGV[1], 'delivered')
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    cancelNotification(key: string, ttlSeconds: number, epochPrefix: string): Result<string, Context>;
    closeDelivered(key: string, field: string, ttlSeconds: number): Result<null, Context>;
  }
}

/** Ends what may still be going on in the lanes and on the rungs: no position of what is closed can be claimed any more. */
export interface Closings {
  /**
   * @param epoch the one that is going on; what a provider was handed in an earlier one does not matter.
   * @returns false: too late, a provider has it or may have it. True also where it was cancelled before.
   */
  cancel(notificationId: string, epoch: number): Promise<boolean>;
  /**
   * It has arrived, as a receipt says: no other try is wanted.
   * @param hop only this hop, where each channel is for itself (mode `all`).
   */
  closeDelivered(notificationId: string, hop?: { hop: number }): Promise<void>;
}

/** All methods throw what ioredis throws while Redis is away. */
export function createClosings(redis: Redis): Closings {
  redis.defineCommand('cancelNotification', { numberOfKeys: 1, lua: CANCEL });
  redis.defineCommand('closeDelivered', { numberOfKeys: 1, lua: CLOSE_DELIVERED });
  return {
    async cancel(notificationId, epoch) {
      const key = notificationKey(notificationId);
      return (await redis.cancelNotification(key, CANCELLED_TTL_SECONDS, `${epoch}.`)) === 'cancelled';
    },
    async closeDelivered(notificationId, hop) {
      const field = hop === undefined ? CLOSED_FIELD : closedHopField(hop);
      await redis.closeDelivered(notificationKey(notificationId), field, CLAIM_TTL_SECONDS);
    },
  };
}
