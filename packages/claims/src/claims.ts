import { type Channel, type Position, positionKey, type SuppressionReason, type WaitReason } from '@notify/contracts';
import type { Redis, Result } from 'ioredis';
import type { AddressDigest } from './address-digest.ts';
import { CLAIM_TTL_SECONDS, CLOSED_FIELD, closedHopField, notificationKey } from './keys.ts';
import { suppressionsKey } from './suppressed-addresses.ts';
import { type ClaimCap, COUNTED_FIELD, EARLY_MS, recipientKey, TAKE_PLACE, userCapKey } from './user-cap.ts';

/**
 * Of one notification's hash, the field of one position: takes it when it is free and nothing has closed the notification.
 * Redis's own clock tells the age, so that workers' clocks need not agree. A claim whose answer was lost is taken again with its
 * token, once: of two copies of a message with the same token, only one may send. What has to wait takes nothing, and gives back what
 * was its own, so that it can come again, or be cancelled.
 */
const BEGIN = `
${TAKE_PLACE}
local field, ttl, mine = ARGV[1], ARGV[2], ':' .. ARGV[3]
local held = redis.call('HGET', KEYS[1], field)
local now, microseconds = unpack(redis.call('TIME'))
local isMine = held and string.sub(held, 1, 8) == 'sending:' and string.sub(held, -#mine) == mine
if held and not isMine then return { 'held', held, tonumber(now) } end
local closed = redis.call('HGET', KEYS[1], '${CLOSED_FIELD}') or redis.call('HGET', KEYS[1], ARGV[4])
if closed then return { 'closed', closed, 0 } end
local notBefore = tonumber(ARGV[10])
if notBefore then
  redis.call('HDEL', KEYS[1], field)
  return { 'early', 'quiet_hours', notBefore }
end
local state, cap = 'granted', tonumber(ARGV[6])
local suppression = ARGV[5] ~= '' and redis.call('HGET', KEYS[2], ARGV[5])
if suppression then
  state = 'suppressed'
elseif cap > 0 and redis.call('HEXISTS', KEYS[1], '${COUNTED_FIELD}') == 0 then
  local nowMs = now * 1000 + math.floor(microseconds / 1000)
  local place = takePlace(KEYS[3], ARGV[7], cap, tonumber(ARGV[8]), nowMs, tonumber(ARGV[9]))
  if place and place > nowMs + ${EARLY_MS} then return { 'early', 'user_cap', place } end
  if place then redis.call('HSET', KEYS[1], '${COUNTED_FIELD}', 1) else state = 'over_cap' end
end
redis.call('HSET', KEYS[1], field, 'sending:' .. now .. (isMine and '' or mine))
redis.call('EXPIRE', KEYS[1], ttl)
return { state, suppression or '', 0 }
`;

/** A provider has it, or may have it: nobody can take it back any more. */
const SENT = 'sent:';
/** Nothing went out on this position. */
const NOT_SENT = 'done:';

export type ClaimState<Outcome> =
  /** The caller may send now. */
  | { state: 'granted' }
  /** The caller has it and decides what follows; nothing is to be sent to this address. */
  | { state: 'suppressed'; reason: SuppressionReason }
  /** Its recipient has had enough for now, or is to be left alone. Nothing was claimed: at that time it may ask again. */
  | { state: 'early'; reason: WaitReason; until: string }
  /** The caller has it and decides what follows: its recipient has had enough, and there is no place that it could wait for. */
  | { state: 'over_cap' }
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

/** What a claim for a send asks in the same round trip. */
export interface ClaimedSend {
  /** Whether anything may be sent there. */
  address?: ClaimAddress;
  /** Whether its recipient may get one more. */
  cap?: ClaimCap;
  /** Quiet hours, as the caller knows: unless it was claimed or closed before, nothing is to be sent until then. RFC 3339. */
  notBefore?: string;
}

/** @typeParam Outcome what a worker keeps of a position; plain data. */
export interface Claims<Outcome> {
  /** Takes (notification, epoch, hop, attempt) for one send, or tells who has it. One round trip. */
  begin(notificationId: string, position: Position, token: string, send?: ClaimedSend): Promise<ClaimState<Outcome>>;
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
      suppressionsKey: string,
      userCapKey: string,
      field: string,
      ttlSeconds: number,
      token: string,
      closedHopField: string,
      addressDigest: string,
      cap: number,
      notificationId: string,
      windowMs: number,
      notAfterMs: number | '',
      notBeforeMs: number | '',
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
  redis.defineCommand('beginClaim', { numberOfKeys: 3, lua: BEGIN });
  return {
    async begin(notificationId, position, token, { address, cap, notBefore } = {}): Promise<ClaimState<Outcome>> {
      const [state, value, time] = await redis.beginClaim(
        notificationKey(notificationId),
        suppressionsKey(address?.channel ?? 'email'),
        userCapKey(cap === undefined ? '' : recipientKey(cap.recipient, digestOf)),
        positionKey(position),
        CLAIM_TTL_SECONDS,
        token,
        closedHopField(position),
        address === undefined ? '' : digestOf(address.address),
        cap?.perWindow ?? 0,
        notificationId,
        cap?.windowMs ?? 0,
        cap?.notAfterMs ?? '',
        notBefore === undefined ? '' : Date.parse(notBefore),
      );
      if (state === 'granted' || state === 'over_cap') return { state };
      if (state === 'suppressed') return { state, reason: value as SuppressionReason };
      if (state === 'early') return { state, reason: value as WaitReason, until: new Date(time).toISOString() };
      if (state === 'closed') return { state, reason: value };
      const outcome = outcomeIn<Outcome>(value);
      if (outcome !== undefined) return { state: 'done', outcome };
      return { state: 'sending', ageSeconds: time - Number(value.split(':')[1]) };
    },
    async read(notificationId, position) {
      const held = await redis.hget(notificationKey(notificationId), positionKey(position));
      return held === null ? undefined : outcomeIn(held);
    },
    async finish(notificationId, position, outcome, wasSent) {
      const key = notificationKey(notificationId);
      const value = `${wasSent ? SENT : NOT_SENT}${JSON.stringify(outcome)}`;
      // No transaction: begin() has set a time to live, so that nothing stays for ever should only the first of them get through.
      await Promise.all([redis.hset(key, positionKey(position), value), redis.expire(key, CLAIM_TTL_SECONDS)]);
    },
  };
}
