import { type Channel, type Position, positionKey } from '@notify/contracts';
import type { Redis, Result } from 'ioredis';
import type { AddressDigest } from './address-digest.ts';
import { CLAIM_TTL_SECONDS, CLOSED_FIELD, closedHopField, notificationKey } from './keys.ts';
import { suppressedKey } from './suppressed-addresses.ts';

/**
 * Of one notification's hash, the field of one position: takes it when it is free and nothing has closed the notification.
 * Redis's own clock tells the age, so that workers' clocks need not agree. A claim whose answer was lost is taken again with its
 * token, once: of two copies of a message with the same token, only one may send.
 */
const BEGIN = `
local field, ttl, mine = ARGV[1], ARGV[2], ':' .. ARGV[3]
local held = redis.call('HGET', KEYS[1], field)
local now = redis.call('TIME')[1]
local isMine = held and string.sub(held, 1, 8) == 'sending:' and string.sub(held, -#mine) == mine
if held and not isMine then return { 'held', held, tonumber(now) } end
local closed = redis.call('HGET', KEYS[1], '${CLOSED_FIELD}') or redis.call('HGET', KEYS[1], ARGV[4])
if closed then return { 'closed', closed, 0 } end
redis.call('HSET', KEYS[1], field, 'sending:' .. now .. (isMine and '' or mine))
redis.call('EXPIRE', KEYS[1], ttl)
if ARGV[5] ~= '' and redis.call('SISMEMBER', KEYS[2], ARGV[5]) == 1 then return { 'suppressed', '', 0 } end
return { 'granted', '', 0 }
`;

/** A provider has it, or may have it: nobody can take it back any more. */
const SENT = 'sent:';
/** Nothing went out on this position. */
const NOT_SENT = 'done:';

export type ClaimState<Outcome> =
  /** The caller may send now. */
  | { state: 'granted' }
  /** The caller has it and decides what follows; nothing is to be sent to this address. */
  | { state: 'suppressed' }
  /** Cancelled, or delivered after all: nothing more is to be done. */
  | { state: 'closed'; reason: string }
  /** Someone is sending or deciding, or died over it. */
  | { state: 'sending'; ageSeconds: number }
  /** It was done; only the publications may have to be repeated. */
  | { state: 'done'; outcome: Outcome };

/** The one address that a claim is for. Where a channel has several (push), none is asked about. */
export interface ClaimAddress {
  channel: Channel;
  address: string;
}

/** @typeParam Outcome what a worker keeps of a position; plain data. */
export interface Claims<Outcome> {
  /** Takes (notification, epoch, hop, attempt) for one send, or tells who has it. One round trip. */
  begin(
    notificationId: string,
    position: Position,
    token: string,
    address?: ClaimAddress,
  ): Promise<ClaimState<Outcome>>;
  /** What was done there, or undefined. */
  read(notificationId: string, position: Position): Promise<Outcome | undefined>;
  /**
   * Keeps the outcome and the next step, so that a redelivery repeats the publications and not the send.
   * @param wasSent whether a provider has it or may have it: from then on a cancel comes too late.
   */
  finish(notificationId: string, position: Position, outcome: Outcome, wasSent: boolean): Promise<void>;
}

declare module 'ioredis' {
  interface RedisCommander<Context> {
    beginClaim(
      key: string,
      suppressedKey: string,
      field: string,
      ttlSeconds: number,
      token: string,
      closedHopField: string,
      addressDigest: string,
    ): Result<[string, string, number], Context>;
  }
}

function outcomeIn<Outcome>(held: string): Outcome | undefined {
  const prefix = [SENT, NOT_SENT].find((each) => held.startsWith(each));
  return prefix === undefined ? undefined : (JSON.parse(held.slice(prefix.length)) as Outcome);
}

/**
 * Claims in Redis: one hash per notification, one field per position.
 * @param digestOf made with the same secret as user-service's copy of the suppressed addresses, else none is ever found there.
 */
export function createClaims<Outcome>(redis: Redis, digestOf: AddressDigest): Claims<Outcome> {
  redis.defineCommand('beginClaim', { numberOfKeys: 2, lua: BEGIN });
  return {
    async begin(notificationId, position, token, address) {
      const [state, value, nowSeconds] = await redis.beginClaim(
        notificationKey(notificationId),
        suppressedKey(address?.channel ?? 'email'),
        positionKey(position),
        CLAIM_TTL_SECONDS,
        token,
        closedHopField(position),
        address === undefined ? '' : digestOf(address.address),
      );
      if (state === 'granted' || state === 'suppressed') return { state };
      if (state === 'closed') return { state, reason: value };
      const outcome = outcomeIn<Outcome>(value);
      if (outcome !== undefined) return { state: 'done', outcome };
      return { state: 'sending', ageSeconds: nowSeconds - Number(value.split(':')[1]) };
    },
    async read(notificationId, position) {
      const held = await redis.hget(notificationKey(notificationId), positionKey(position));
      return held === null ? undefined : outcomeIn(held);
    },
    async finish(notificationId, position, outcome, wasSent) {
      const key = notificationKey(notificationId);
      const value = `${wasSent ? SENT : NOT_SENT}${JSON.stringify(outcome)}`;
      await redis.multi().hset(key, positionKey(position), value).expire(key, CLAIM_TTL_SECONDS).exec();
    },
  };
}
