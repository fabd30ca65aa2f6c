import { AppError, type Scope } from '@notify/contracts';
import { CachedLookup } from '@notify/enrichment';
import { type Database, isDatabaseUnavailable } from '@notify/service-kit';
import type { Request, Response } from 'express';
import { apiKeyId, matchesApiKey, type StoredApiKey } from './api-key.ts';
import { findApiKey } from './api-key-store.ts';
import type { KeyUses } from './key-uses.ts';

/** A revoked key stops working everywhere within this time. */
const TTL_MS = 1_000;
const MAX_KEYS = 10_000;

/** What the caller shows: an API key, or where those are taken a user's token. */
export function keyOf(request: Request): string | undefined {
  const [scheme, token] = (request.get('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token) return token;
  return request.get('x-api-key');
}

/** Notes who came, before it is asked whether they may. @param caller the id of an API key, or `user:<user_id>`. */
export function identify(response: Response, caller: string): void {
  response.locals['caller'] = caller;
}

/** Who came: the id of the API key, or `user:<user_id>`; undefined before that is known, and when it is nobody. */
export function callerOf(response: Response): string | undefined {
  return response.locals['caller'] as string | undefined;
}

/** Also of a key that is only remembered, while the database is away. */
function hasExpired({ expiresAt }: StoredApiKey): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}

/** @returns who came, as callerOf() tells it from then on. */
export type Authenticate = (scope: Scope, request: Request, response: Response) => Promise<string>;

/**
 * The API key that this is.
 * @param response to be told who came, as soon as that is known.
 * @throws AppError 401 `unauthorized` when it is none that is valid, 403 `forbidden` without the scope.
 */
export type CheckKey = (given: string, scope: Scope, response?: Response) => Promise<StoredApiKey>;

/** A key is looked up at most once a second, however often it is checked. */
export function createCheckKey(database: Database): CheckKey {
  // While the database is away, keys that were valid a moment ago go on working: it must not stop sending.
  const lastKnown = new Map<string, StoredApiKey>();
  const keys = new CachedLookup<StoredApiKey>(
    async (id) => {
      try {
        const key = await findApiKey(database, id);
        if (key === undefined) lastKnown.delete(id);
        else lastKnown.set(id, key);
        return key;
      } catch (error) {
        const known = lastKnown.get(id);
        if (known !== undefined && isDatabaseUnavailable(error)) return known;
        throw error;
      }
    },
    { maxEntries: MAX_KEYS, ttlMs: TTL_MS },
  );

  return async (given, scope, response) => {
    const id = apiKeyId(given);
    if (id === undefined) throw new AppError('unauthorized', 'Only an API key is good here, and this is none');
    const stored = await keys.get(id);
    if (stored === undefined || hasExpired(stored) || !matchesApiKey(given, stored)) {
      throw new AppError('unauthorized', 'The API key is not valid');
    }
    if (response !== undefined) identify(response, stored.id);
    if (!stored.scopes.includes(scope)) throw new AppError('forbidden', `The API key lacks the scope ${scope}`);
    return stored;
  };
}

/** Lets in who has a valid API key with the scope. @throws AppError 401 `unauthorized` without a key, 403 `forbidden` without the scope. */
export function createAuthenticate(checkKey: CheckKey, uses: KeyUses): Authenticate {
  return async (scope, request, response) => {
    const given = keyOf(request);
    if (given === undefined) {
      throw new AppError('unauthorized', 'Send an API key: "Authorization: Bearer <key>" or "X-API-Key: <key>"');
    }
    const { id } = await checkKey(given, scope, response);
    uses.note(id);
    return id;
  };
}
