import { createHash } from 'node:crypto';
import { AppError } from '@notify/contracts';
import type { Redis, Result } from 'ioredis';

const TTL_SECONDS = 24 * 3600;
/** Longer than a request can take. One whose gateway died is free again after it, under the same notification id. */
const IN_FLIGHT_SECONDS = 70;

/**
 * One hash per key: what was asked, the notification id, until when somebody works on it, and the answer. The 24 hours count from the
 * first use.
 */
const BEGIN = `
local asked = redis.call('HGET', KEYS[1], 'asked')
if asked and asked ~= ARGV[1] then return { 'reused', '' } end
local answer = redis.call('HGET', KEYS[1], 'answer')
if answer then return { 'answered', answer } end
local now = tonumber(redis.call('TIME')[1])
local busy = redis.call('HGET', KEYS[1], 'busy_until')
if busy and tonumber(busy) > now then return { 'in_flight', '' } end
redis.call('HSET', KEYS[1], 'busy_until', now + ARGV[3])
if asked then return { 'again', redis.call('HGET', KEYS[1], 'id') } end
redis.call('HSET', KEYS[1], 'asked', ARGV[1], 'id', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return { 'first', ARGV[2] }
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    beginIdempotent(
      key: string,
      asked: string,
      id: string,
      inFlightSeconds: number,
      ttlSeconds: number,
    ): Result<[string, string], Context>;
  }
}

/** What this key stands for now. */
export type Begun<Answer> =
  /** Go on, under this id: a new one, or that of an earlier request that may have been accepted without anybody being told so. */
  | { state: 'mine'; id: string; isFirst: boolean }
  | { state: 'in_flight' }
  /** The same key was used for another request. */
  | { state: 'reused' }
  | { state: 'answered'; answer: Answer };

/** @typeParam Answer plain data. All methods throw AppError `dependency_unavailable` while Redis is away. */
export interface IdempotencyStore<Answer> {
  /** @param asked what tells this request from another one; @param id for a key that is used for the first time. */
  begin(owner: string, key: string, asked: string, id: string): Promise<Begun<Answer>>;
  /** From now on the key answers so. */
  finish(owner: string, key: string, answer: Answer): Promise<void>;
  /** The key is free again, but remembers its id: the request may have been accepted. */
  release(owner: string, key: string): Promise<void>;
  /** As if the key had never been used. */
  forget(owner: string, key: string): Promise<void>;
}

function away(cause: unknown): never {
  throw new AppError('dependency_unavailable', 'The store of idempotency keys is away: nothing was done', { cause });
}

export function createIdempotencyStore<Answer>(redis: Redis): IdempotencyStore<Answer> {
  redis.defineCommand('beginIdempotent', { numberOfKeys: 1, lua: BEGIN });
  // Keys are callers' own texts, and may say more than Redis should know.
  const nameOf = (owner: string, key: string) =>
    `idempotency:${owner}:${createHash('sha256').update(key).digest('base64url')}`;
  return {
    async begin(owner, key, asked, id) {
      const [state, value] = await redis
        .beginIdempotent(nameOf(owner, key), asked, id, IN_FLIGHT_SECONDS, TTL_SECONDS)
        .catch(away);
      if (state === 'answered') return { state, answer: JSON.parse(value) as Answer };
      if (state === 'in_flight' || state === 'reused') return { state };
      return { state: 'mine', id: value, isFirst: state === 'first' };
    },
    async finish(owner, key, answer) {
      await redis.hset(nameOf(owner, key), 'answer', JSON.stringify(answer)).catch(away);
    },
    async release(owner, key) {
      await redis.hdel(nameOf(owner, key), 'busy_until').catch(away);
    },
    async forget(owner, key) {
      await redis.del(nameOf(owner, key)).catch(away);
    },
  };
}
