import { AppError, CHANNELS, type Channel } from '@notify/contracts';
import { errorFields, type Logger } from '@notify/service-kit';
import type { Request, Response } from 'express';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

/** One limit: so many in a window, counted for each id (an API key, a user; the others have one count for all). */
export interface RateLimitPolicy {
  name: string;
  /** In each window; 0: no limit. */
  quota: number;
  windowSeconds: number;
}

/** Something to be counted. */
export interface Charge {
  policy: string;
  id: string;
  /** Default 1. */
  points?: number;
}

export interface RateLimits {
  /**
   * Counts under all policies, in one round trip, and tells the caller where they stand (`RateLimit`, `RateLimit-Policy`:
   * draft-ietf-httpapi-ratelimit-headers-10). While Redis is away each process counts for itself.
   * @throws AppError `rate_limited` that names the policy that was hit, with Retry-After.
   */
  charge(charges: readonly Charge[], response: Response): Promise<void>;
}

/** Whether an answer has been counted under any policy. */
export function isCounted(response: Response): boolean {
  return response.locals['rateLimits'] !== undefined;
}

interface Standing {
  policy: RateLimitPolicy;
  remaining: number;
  resetSeconds: number;
  isExceeded: boolean;
}

function tell(response: Response, standings: readonly Standing[]): void {
  if (standings.length === 0) return;
  // A batch is charged for each of its items: the latest standing is the one that counts.
  const told = (response.locals['rateLimits'] as Map<string, Standing> | undefined) ?? new Map<string, Standing>();
  for (const standing of standings) told.set(standing.policy.name, standing);
  response.locals['rateLimits'] = told;
  const all = [...told.values()];
  response.set({
    'RateLimit-Policy': all
      .map(({ policy }) => `"${policy.name}";q=${policy.quota};w=${policy.windowSeconds}`)
      .join(', '),
    RateLimit: all
      .map(({ policy, remaining, resetSeconds }) => `"${policy.name}";r=${remaining};t=${resetSeconds}`)
      .join(', '),
  });
}

export function createRateLimits(policies: readonly RateLimitPolicy[], redis: Redis, logger: Logger): RateLimits {
  let isAlone = false;
  const limiters = new Map(
    policies
      .filter(({ quota }) => quota > 0)
      .map((policy) => {
        const limit = { points: policy.quota, duration: policy.windowSeconds, keyPrefix: `rate:${policy.name}` };
        const own = new RateLimiterMemory(limit);
        const shared = new RateLimiterRedis({ ...limit, storeClient: redis, rejectIfRedisNotReady: true });
        return [policy.name, { policy, own, shared }] as const;
      }),
  );

  async function count({ policy: name, id, points = 1 }: Charge): Promise<Standing | undefined> {
    const limiter = limiters.get(name);
    if (limiter === undefined) return undefined;
    const { policy, own, shared } = limiter;
    const take = (from: RateLimiterMemory | RateLimiterRedis) =>
      from.consume(id, points).catch((refused: unknown) => {
        if (refused instanceof RateLimiterRes) return refused;
        throw refused;
      });
    const result = await take(shared).then(
      (answer) => {
        isAlone = false;
        return answer;
      },
      (error: unknown) => {
        if (!isAlone) logger.warn('rate limits are counted by each process for itself', errorFields(error));
        isAlone = true;
        return take(own);
      },
    );
    return {
      policy,
      remaining: result.remainingPoints,
      resetSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)),
      isExceeded: result.consumedPoints > policy.quota,
    };
  }

  return {
    async charge(charges, response) {
      const standings = (await Promise.all(charges.map(count))).filter((standing) => standing !== undefined);
      tell(response, standings);
      const [worst] = standings.filter(({ isExceeded }) => isExceeded).sort((a, b) => b.resetSeconds - a.resetSeconds);
      if (worst === undefined) return;
      const { name, quota, windowSeconds } = worst.policy;
      throw new AppError('rate_limited', `More than ${quota} in ${windowSeconds} s under the policy "${name}"`, {
        retryAfterSeconds: worst.resetSeconds,
        extra: { policy: name },
      });
    },
  };
}

/** What a notification counts as, besides the request that brought it: one on each channel that it may use, one for its recipient. */
export function chargesOf(channels: readonly Channel[], userId: string | undefined): Charge[] {
  return [
    ...channels.map((channel) => ({ policy: channel, id: 'all' })),
    ...(userId === undefined ? [] : [{ policy: 'user', id: userId }]),
  ];
}

/** What a request that no key lets in counts as. */
export function chargeOfAddress(request: Request): Charge {
  return { policy: 'address', id: request.ip ?? 'unknown' };
}

/** What the settings of the gateway say, per second; a user's is per minute. */
export interface RateLimitConfig {
  RATE_LIMIT_PER_KEY: number;
  RATE_LIMIT_GLOBAL: number;
  RATE_LIMIT_PER_ADDRESS: number;
  RATE_LIMIT_PER_USER: number;
  RATE_LIMIT_EMAIL: number;
  RATE_LIMIT_SMS: number;
  RATE_LIMIT_PUSH: number;
  RATE_LIMIT_IN_APP: number;
}

export function rateLimitPolicies(config: RateLimitConfig): RateLimitPolicy[] {
  const byChannel: Record<Channel, number> = {
    email: config.RATE_LIMIT_EMAIL,
    sms: config.RATE_LIMIT_SMS,
    push: config.RATE_LIMIT_PUSH,
    in_app: config.RATE_LIMIT_IN_APP,
  };
  return [
    { name: 'key', quota: config.RATE_LIMIT_PER_KEY, windowSeconds: 1 },
    { name: 'global', quota: config.RATE_LIMIT_GLOBAL, windowSeconds: 1 },
    { name: 'address', quota: config.RATE_LIMIT_PER_ADDRESS, windowSeconds: 1 },
    { name: 'user', quota: config.RATE_LIMIT_PER_USER, windowSeconds: 60 },
    ...CHANNELS.map((channel) => ({ name: channel, quota: byChannel[channel], windowSeconds: 1 })),
  ];
}
