import { AppError } from '@notify/contracts';
import type { UserDirectory } from '@notify/enrichment';
import type { UserToken, UserTokens } from './user-tokens.ts';

/**
 * What the token says.
 * @throws AppError 401 `unauthorized` when it has expired, is none of ours, or its user is gone.
 */
export type CheckUserToken = (token: string) => Promise<UserToken>;

/** A token ends with its user. While user-service is away, the token of a user who is not remembered is good: inboxes do not depend on it. */
export function createCheckUserToken(tokens: UserTokens, users: UserDirectory): CheckUserToken {
  async function isGone(userId: string): Promise<boolean> {
    try {
      return (await users.lookUp(userId)) === undefined;
    } catch (error) {
      if (error instanceof AppError && error.code === 'dependency_unavailable') return false;
      throw error;
    }
  }

  return async (given) => {
    const token = await tokens.verify(given);
    if (await isGone(token.userId)) throw new AppError('unauthorized', 'The user of this token is gone');
    return token;
  };
}
