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

/**
 * Nobody works on it any more; with an answer that is what the key says from now on. All of it is written again, since Redis may have lost
 * its data meanwhile: an answer alone would have no end, and would fit any request. What another request began since then stays as it is.
 */
const SETTLE = `
local id = redis.call('HGET', KEYS[1], 'id')
if id and id ~= ARGV[2] then return end
redis.call('HSET', KEYS[1], 'asked', ARGV[1], 'id', ARGV[2])
if ARGV[3] ~= '' then redis.call('HSET', KEYS[1], 'answer', ARGV[3]) end
redis.call('HDEL', KEYS[1], 'busy_until')
if redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
`;

const FORGET = `
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('DEL', KEYS[1]) end
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
    settleIdempotent(key: string, asked: string, id: string, answer: string, ttlSeconds: number): Result<null, Context>;
    forgetIdempotent(key: string, id: string): Result<null, Context>;
  }
}

/** A request under a key. */
export interface KeyedRequest {
  /** Whose key it is. */
  owner: string;
  key: string;
  /** What tells this request from another one. */
  asked: string;
}

/** What this key stands for now. */
export type Begun<Answer> =
  /** Go on, under this id: a new one, or that of an earlier request that may have been accepted without anybody being told so. */
  | { state: 'mine'; id: string; isFirst: boolean }
  | { state: 'in_flight' }
  /** The same key was used for another request. */
  | { state: 'reused' }
  | { state: 'answered'; answer: Answer };

/**
 * Who began a request settles it, with the id that it was given; where the key stands for another one by then, nothing is changed.
 * @typeParam Answer plain data. All methods throw AppError `dependency_unavailable` while Redis is away.
 */
export interface IdempotencyStore<Answer> {
  /** @param id for a key that is used for the first time. */
  begin(request: KeyedRequest, id: string): Promise<Begun<Answer>>;
  /** From now on the key answers so. */
  finish(request: KeyedRequest, id: string, answer: Answer): Promise<void>;
  /** The key is free again, but remembers its id: the request may have been accepted. */
  release(request: KeyedRequest, id: string): Promise<void>;
  /** As if the key had never been used. */
  forget(request: KeyedRequest, id: string): Promise<void>;
}

function away(cause: unknown): never {
  throw new AppError('dependency_unavailable', 'The store of idempotency keys is away: nothing was done', { cause });
}

export function createIdempotencyStore<Answer>(redis: Redis): IdempotencyStore<Answer> {
  redis.defineCommand('beginIdempotent', { numberOfKeys: 1, lua: BEGIN });
  redis.defineCommand('settleIdempotent', { numberOfKeys: 1, lua: SETTLE });
  redis.defineCommand('forgetIdempotent', { numberOfKeys: 1, lua: FORGET });
  // Keys are callers' own texts, and may say more than Redis should know.
  const nameOf = ({ owner, key }: KeyedRequest) =>
    `idempotency:${owner}:${createHash('sha256').update(key).digest('base64url')}`;
  const settle = async (request: KeyedRequest, id: string, answer: string) => {
    await redis.settleIdempotent(nameOf(request), request.asked, id, answer, TTL_SECONDS).catch(away);
  };
  return {
    async begin(request, id) {
      const [state, value] = await redis
        .beginIdempotent(nameOf(request), request.asked, id, IN_FLIGHT_SECONDS, TTL_SECONDS)
        .catch((cause: unknown) => {
          // A Redis that hangs may still do it, and then this after it: else the caller's next try would be told that one is under way.
          redis.forgetIdempotent(nameOf(request), id).catch(() => {});
          return away(cause);
        });
      if (state === 'answered') return { state, answer: JSON.parse(value) as Answer };
      if (state === 'in_flight' || state === 'reused') return { state };
      return { state: 'mine', id: value, isFirst: state === 'first' };
    },
    finish: (request, id, answer) => settle(request, id, JSON.stringify(answer)),
    release: (request, id) => settle(request, id, ''),
    async forget(request, id) {
      await redis.forgetIdempotent(nameOf(request), id).catch(away);
    },
  };
}
