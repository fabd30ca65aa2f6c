import { expect, test } from '@jest/globals';
import { AppError } from '@notify/contracts';
import { createCheckUserToken } from './check-user-token.ts';
import { createUserTokens } from './user-tokens.ts';

const tokens = createUserTokens('a-secret-of-at-least-thirty-two-characters', 900);
const checkWith = (lookUp: () => Promise<undefined>) => createCheckUserToken(tokens, { lookUp, drop() {} });

test('the token of a user who is gone is not good any more', async () => {
  const { token } = await tokens.issue('ada');
  await expect(checkWith(async () => undefined)(token)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('while nobody can say whether the user is there, the token is good', async () => {
  const { token } = await tokens.issue('ada');
  const checkToken = checkWith(async () => {
    throw new AppError('dependency_unavailable', 'user-service is unavailable');
  });
  expect(await checkToken(token)).toMatchObject({ userId: 'ada' });
});
