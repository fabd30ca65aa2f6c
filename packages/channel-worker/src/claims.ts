import { type Position, positionKey } from '@notify/contracts';
import type { Redis, Result } from 'ioredis';
import type { Step } from './step.ts';

/** Claims outlive every rung. A redelivery later than this, or after Redis lost its data, finds none and may send again. */
const TTL_SECONDS = 6 * 3600;

/**
 * Of one notification's hash, the field of one position: takes it when it is free.
 * Redis's own clock tells the age, so that workers' clocks need not agree. A claim whose answer was lost is taken again with its
 * token, once: of two copies of a message with the same token, only one may send.
 */
const BEGIN = `
local held = redis.call('HGET', KEYS[1], ARGV[1])
local now = redis.call('TIME')
local mine = ':' .. ARGV[3]
if held and string.sub(held, 1, 8) == 'sending:' and string.sub(held, -#mine) == mine then
  redis.call('HSET', KEYS[1], ARGV[1], 'sending:' .. now[1])
  return { '', 0 }
end
if held then return { held, tonumber(now[1]) } end
redis.call('HSET', KEYS[1], ARGV[1], 'sending:' .. now[1] .. mine)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return { '', 0 }
`;

export type ClaimState =
  /** The caller may send now. */
  | { state: 'granted' }
  /** Someone is sending or deciding, or died over it. */
  | { state: 'sending'; ageSeconds: number }
  /** It was done; only the publications may have to be repeated. */
  | { state: 'done'; step: Step };

export interface Claims {
  /** Takes (notification, epoch, hop, attempt) for one send, or tells who has it. One round trip. */
  begin(notificationId: string, position: Position, token: string): Promise<ClaimState>;
  /** What was done there, or undefined. */
  read(notificationId: string, position: Position): Promise<Step | undefined>;
  /** Keeps the outcome and the next step, so that a redelivery repeats the publications and not the send. */
  finish(notificationId: string, position: Position, step: Step): Promise<void>;
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    beginClaim(key: string, field: string, ttlSeconds: number, token: string): Result<[string, number], Context>;
  }
}

/** Claims in Redis: one hash per notification, one field per position. */
export function createClaims(redis: Redis): Claims {
  redis.defineCommand('beginClaim', { numberOfKeys: 1, lua: BEGIN });
  const keyOf = (notificationId: string) => `notification:${notificationId}`;
  return {
    async begin(notificationId, position, token) {
      const field = positionKey(position);
      const [held, nowSeconds] = await redis.beginClaim(keyOf(notificationId), field, TTL_SECONDS, token);
      if (held === '') return { state: 'granted' };
      if (!held.startsWith('sending:')) return { state: 'done', step: JSON.parse(held) as Step };
      return { state: 'sending', ageSeconds: nowSeconds - Number(held.split(':')[1]) };
    },
    async read(notificationId, position) {
      const held = await redis.hget(keyOf(notificationId), positionKey(position));
      return held === null || held.startsWith('sending:') ? undefined : (JSON.parse(held) as Step);
    },
    async finish(notificationId, position, step) {
      const key = keyOf(notificationId);
      await redis.multi().hset(key, positionKey(position), JSON.stringify(step)).expire(key, TTL_SECONDS).exec();
    },
  };
}
