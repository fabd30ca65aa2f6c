import { AppError } from '@notify/contracts';
import { type Authenticate, identify, keyOf } from './authenticate.ts';
import type { CheckUserToken } from './check-user-token.ts';

/** Three parts, as JSON Web Tokens have them and API keys do not. */
export const isUserToken = (given: string): boolean => /^[^.]+\.[^.]+\.[^.]*$/.test(given);

/**
 * Lets in an API key with the scope, or the user whom the path names as `user_id`, with a token of theirs.
 * @throws AppError 401 `unauthorized`, 403 `forbidden` for a token of another user.
 */
export function createAuthenticateUser(authenticate: Authenticate, checkToken: CheckUserToken): Authenticate {
  return async (scope, request, response) => {
    const given = keyOf(request);
    if (given === undefined) {
      throw new AppError(
        'unauthorized',
        'Send an API key or a token of the user: "Authorization: Bearer <key or token>"',
      );
    }
    if (!isUserToken(given)) return authenticate(scope, request, response);
    const { userId } = await checkToken(given);
    const caller = `user:${userId}`;
    identify(response, caller);
    if (userId !== request.params['user_id']) throw new AppError('forbidden', 'The token is of another user');
    return caller;
  };
}
