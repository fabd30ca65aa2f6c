import type { Recipient } from '@notify/contracts';
import type { AddressDigest } from './address-digest.ts';

/** Of a notification's hash: it has had its place. No retry, failover or repeat of it counts again. */
export const COUNTED_FIELD = 'counted';
/** Another clock than Redis's may have called it back: so much before its time it may go. */
export const EARLY_MS = 1_000;
/** After this much (quiet hours came in between, or the lane is behind) it is asked anew whether there is room, so that those held back do not all go out at once. */
const LATE_MS = 60_000;

/**
 * The times at which a person gets something, as a sorted set: at most `cap` of them in any window. What finds no room now is given the
 * first place that will be free, and keeps it, so that it waits once, and those who wait come in turn instead of all at once.
 * Who comes late, and finds fewer than `cap` in the window that ends now, goes now and not to the end of the line; those whose turns are still
 * to come keep theirs. Without a place up to `notAfter` it takes none.
 */
export const TAKE_PLACE = `
local function takePlace(key, id, cap, windowMs, now, notAfter)
  local place = tonumber(redis.call('ZSCORE', key, id) or nil)
  if place and place >= now - ${LATE_MS} then return place end
  redis.call('ZREM', key, id)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - windowMs)
  if place and redis.call('ZCOUNT', key, '-inf', now) < cap then
    place = now
  else
    local newest = redis.call('ZREVRANGE', key, cap - 1, cap - 1, 'WITHSCORES')[2]
    place = math.max(now, newest and newest + windowMs or 0)
  end
  if place > now and notAfter and place >= notAfter then return nil end
  redis.call('ZADD', key, place, id)
  redis.call('PEXPIREAT', key, redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2] + windowMs)
  return place
end
`;

/** Asked with a claim: how much its recipient may get. */
export interface ClaimCap {
  recipient: Recipient;
  /** Notifications in any window; at least 1. */
  perWindow: number;
  windowMs: number;
  /** Epoch milliseconds: a later place is of no use. 0: only now. */
  notAfterMs?: number;
}

export const userCapKey = (recipient: string): string => `user_cap:${recipient}`;

/**
 * Whom a notification is for: the user, or of contacts given with the request the first one, whatever channel takes it, so that a failover
 * stays with the same person.
 */
export function recipientKey({ userId, to }: Recipient, digestOf: AddressDigest): string {
  if (to === undefined) return `user:${userId}`;
  return `address:${digestOf(to.email ?? to.phone ?? to.deviceTokens?.[0] ?? '')}`;
}
