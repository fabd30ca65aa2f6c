import { AppError } from '@notify/contracts';
import type { RequestHandler } from 'express';
import { jwtVerify, SignJWT } from 'jose';

/** Tokens live this long; a caller makes a new one when half of it is over. */
const LIFETIME_SECONDS = 120;

/**
 * Makes the token with which one service calls another: signed, short-lived, good for one audience.
 * Tokens are kept and reused for half their life, so that signing is not on the hot path.
 */
export function createServiceTokens(secret: string, issuer: string): (audience: string) => Promise<string> {
  const key = new TextEncoder().encode(secret);
  const kept = new Map<string, { token: string; renewAtMs: number }>();
  return async (audience) => {
    const known = kept.get(audience);
    if (known !== undefined && known.renewAtMs > Date.now()) return known.token;
    const token = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${LIFETIME_SECONDS}s`)
      .sign(key);
    kept.set(audience, { token, renewAtMs: Date.now() + (LIFETIME_SECONDS / 2) * 1000 });
    return token;
  };
}

/** Lets only other services in. Anything else gets 401. @param audience this service's name. */
export function requireServiceToken(secret: string, audience: string): RequestHandler {
  const key = new TextEncoder().encode(secret);
  return async (request, _response, next) => {
    const [scheme, token] = (request.get('authorization') ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || token === undefined) {
      throw new AppError('unauthorized', 'This service only answers other services; go through the api-gateway');
    }
    try {
      await jwtVerify(token, key, { audience, algorithms: ['HS256'], clockTolerance: 5 });
    } catch (error) {
      throw new AppError('unauthorized', 'The service token is not valid', { cause: error });
    }
    next();
  };
}
