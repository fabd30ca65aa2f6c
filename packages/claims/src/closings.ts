import type { Position } from '@notify/contracts';
import type { Redis, Result } from 'ioredis';
import { CLAIM_TTL_SECONDS, CLOSED_FIELD, closedHopField, notificationKey } from './keys.ts';

/** Longer than any outage of ours, in which a message may wait unclaimed. */
const CANCELLED_TTL_SECONDS = 7 * 86_400;

/**
 * Closes the notification, or one hop, unless a position whose key starts so says that a provider has it, may have it, or is just
 * being asked. What an earlier epoch sent takes nothing from a cancel of its replay.
 */
const CLOSE_UNSENT = `
local ttl, prefix, closing, why = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local closed = redis.call('HGET', KEYS[1], closing)
if closed then return closed end
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local field, held = fields[i], fields[i + 1]
  local kind = string.sub(held, 1, string.find(held, ':') or 0)
  if string.sub(field, 1, #prefix) == prefix and (kind == 'sending:' or kind == 'sent:') then return 'too_late' end
end
redis.call('HSET', KEYS[1], closing, why)
redis.call('EXPIRE', KEYS[1], ttl)
return why
`;

/** Keeps what closed it before, and for as long as that asked for: EXPIRE's own GT came with Redis 7. */
const CLOSE_DELIVERED = `
redis.call('HSETNX', KEYS[1], ARGV[1], 'delivered')
if redis.call('TTL', KEYS[1]) < tonumber(ARGV[2]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    closeUnsent(
      key: string,
      ttlSeconds: number,
      positionPrefix: string,
      field: string,
      why: string,
    ): Result<string, Context>;
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
   * Its user was erased, and another hop went out already: nothing is to go out on this one.
   * @returns false: too late, as above, but for this hop alone; or it has arrived.
   */
  closeErased(notificationId: string, hop: Pick<Position, 'epoch' | 'hop'>): Promise<boolean>;
  /**
   * It has arrived, as a receipt says: no other try is wanted.
   * @param hop only this hop, where each channel is for itself (mode `all`).
   */
  closeDelivered(notificationId: string, hop?: { hop: number }): Promise<void>;
}

/** All methods throw what ioredis throws while Redis is away. */
export function createClosings(redis: Redis): Closings {
  redis.defineCommand('closeUnsent', { numberOfKeys: 1, lua: CLOSE_UNSENT });
  redis.defineCommand('closeDelivered', { numberOfKeys: 1, lua: CLOSE_DELIVERED });
  async function closeUnsent(notificationId: string, prefix: string, field: string, why: string): Promise<boolean> {
    const key = notificationKey(notificationId);
    return (await redis.closeUnsent(key, CANCELLED_TTL_SECONDS, prefix, field, why)) === why;
  }
  return {
    cancel: (notificationId, epoch) => closeUnsent(notificationId, `${epoch}.`, CLOSED_FIELD, 'cancelled'),
    closeErased: (notificationId, { epoch, hop }) =>
      closeUnsent(notificationId, `${epoch}.${hop}.`, closedHopField({ hop }), 'erased'),
    async closeDelivered(notificationId, hop) {
      const field = hop === undefined ? CLOSED_FIELD : closedHopField(hop);
      await redis.closeDelivered(notificationKey(notificationId), field, CLAIM_TTL_SECONDS);
    },
  };
}
