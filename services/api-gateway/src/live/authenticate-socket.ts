import { AppError } from '@notify/contracts';
import type { Response } from 'express';
import { type Authenticate, type CheckKey, identify, keyOf } from '../authenticate.ts';
import { isUserToken } from '../authenticate-user.ts';
import type { CheckUserToken } from '../check-user-token.ts';
import type { KeyUses } from '../key-uses.ts';

/** With what a socket was opened, and has to be good for as long as it is open. */
export interface Credentials {
  /** The id of an API key, or `user:<user_id>`. */
  caller: string;
  /** The user whose token it is; undefined for an API key. */
  userId?: string;
  /** When that token was issued. */
  issuedAt?: Date;
  /** Whether it may hear what inbox items say: a user's token, and a key that may read inboxes over HTTP as well. */
  readsInboxes: boolean;
  /** @throws AppError `unauthorized` or `forbidden` once it is not good any more. */
  check(): Promise<void>;
}

export function credentialsOf(response: Response): Credentials {
  return response.locals['credentials'] as Credentials;
}

/**
 * Lets in an API key with the scope, in a header, or a user's token, in a header or as `?token=`: browsers can set no header for a WebSocket.
 * An API key is not taken from the query, since proxies write that into their logs, and it lives longer than a token.
 * @throws AppError 401 `unauthorized`, 403 `forbidden`.
 */
export function createAuthenticateSocket({
  checkKey,
  uses,
  checkToken,
}: {
  checkKey: CheckKey;
  uses: KeyUses;
  checkToken: CheckUserToken;
}): Authenticate {
  async function ofKey(key: string, scope: Parameters<CheckKey>[1]): Promise<Credentials> {
    const { id, scopes } = await checkKey(key, scope);
    uses.note(id);
    return {
      caller: id,
      readsInboxes: scopes.includes('users:read'),
      async check() {
        await checkKey(key, scope);
      },
    };
  }

  async function ofToken(token: string): Promise<Credentials> {
    const { userId, issuedAt, expiresAt } = await checkToken(token);
    return {
      caller: `user:${userId}`,
      userId,
      issuedAt,
      readsInboxes: true,
      async check() {
        if (expiresAt.getTime() <= Date.now()) throw new AppError('unauthorized', 'The user token has expired');
      },
    };
  }

  return async (scope, request, response) => {
    const inHeader = keyOf(request);
    const { token: inQuery } = request.query;
    const given = inHeader ?? (typeof inQuery === 'string' ? inQuery : undefined);
    if (given === undefined) {
      throw new AppError('unauthorized', 'Send an API key: "Authorization: Bearer <key>", or "?token=<user token>"');
    }
    if (!isUserToken(given) && inHeader === undefined) {
      throw new AppError('unauthorized', 'Only a user token is taken from the query: an API key goes into a header');
    }
    const credentials = isUserToken(given) ? await ofToken(given) : await ofKey(given, scope);
    identify(response, credentials.caller);
    response.locals['credentials'] = credentials;
    return credentials.caller;
  };
}
