import { hkdfSync } from 'node:crypto';
import { AppError, type UserTokenJson } from '@notify/contracts';
import { jwtVerify, SignJWT } from 'jose';

const AUDIENCE = 'user';

/** What a token says. */
export interface UserToken {
  userId: string;
  /** To the second, rounded down. */
  issuedAt: Date;
  expiresAt: Date;
}

/** Short-lived tokens with which the browser of one user reads the inbox of that user, and nothing else. */
export interface UserTokens {
  issue(userId: string): Promise<UserTokenJson>;
  /** @throws AppError `unauthorized` when it has expired, or is none of ours. */
  verify(token: string): Promise<UserToken>;
}

/**
 * Nothing is stored: a token is good until it expires, on every instance that shares the secret.
 * @param secret the one of the service tokens; the key that signs is derived from it, so that neither kind is ever taken for the other.
 */
export function createUserTokens(secret: string, lifetimeSeconds: number): UserTokens {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'user tokens', 32));
  return {
    async issue(userId) {
      const expiresAtSeconds = Math.floor(Date.now() / 1000) + lifetimeSeconds;
      const token = await new SignJWT({})
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(expiresAtSeconds)
        .sign(key);
      return { token, expires_at: new Date(expiresAtSeconds * 1000).toISOString() };
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          audience: AUDIENCE,
          algorithms: ['HS256'],
          requiredClaims: ['sub', 'iat', 'exp'],
        });
        return {
          userId: payload.sub as string,
          issuedAt: new Date((payload.iat as number) * 1000),
          expiresAt: new Date((payload.exp as number) * 1000),
        };
      } catch (error) {
        throw new AppError('unauthorized', 'The user token is not valid, or has expired', { cause: error });
      }
    },
  };
}
