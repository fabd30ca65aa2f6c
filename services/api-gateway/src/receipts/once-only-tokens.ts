import { createHash } from 'node:crypto';
import { AppError } from '@notify/contracts';
import type { Redis } from 'ioredis';

/**
 * Remembers tokens that a vendor uses once, where its signature covers the token and not the body: whoever has seen one request could
 * say anything with it. The same request again is a vendor's repeat, and welcome.
 */
export interface OnceOnlyTokens {
  /** @throws AppError `unauthorized` when the token came with another body before; `dependency_unavailable` without Redis. */
  use(provider: string, token: string, body: Buffer): Promise<void>;
}

/** @param ttlSeconds not below the age at which a request is refused anyway. */
export function createOnceOnlyTokens(redis: Redis, ttlSeconds: number): OnceOnlyTokens {
  return {
    async use(provider, token, body) {
      const digest = createHash('sha256').update(body).digest('base64url');
      const key = `receipt-token:${provider}:${token}`;
      const known = await redis.set(key, digest, 'EX', ttlSeconds, 'NX', 'GET').catch((cause: unknown) => {
        throw new AppError('dependency_unavailable', 'Redis is unavailable', { cause });
      });
      if (known !== null && known !== digest) {
        throw new AppError('unauthorized', 'The token was used before, for another event');
      }
    },
  };
}
