import { AppError, fields, noFieldsSchema, validate } from '@notify/contracts';
import type { UserDirectory } from '@notify/enrichment';
import { type RequestHandler, Router } from 'express';
import Joi from 'joi';
import type { UserTokens } from './user-tokens.ts';

const pathSchema = Joi.object<{ user_id: string }>({ user_id: fields.callerId().required() });

/** `POST /api/v1/users/{user_id}/tokens` */
export function userTokensRoute(
  authenticate: RequestHandler,
  { tokens, users }: { tokens: UserTokens; users: UserDirectory },
): Router {
  const router = Router();
  router.post('/api/v1/users/:user_id/tokens', authenticate, async (request, response) => {
    const { user_id: userId } = validate(pathSchema, request.params, 'the path');
    validate(noFieldsSchema, request.body ?? {});
    if ((await users.lookUp(userId)) === undefined) throw new AppError('user_not_found', `There is no user ${userId}`);
    response.status(201).json(await tokens.issue(userId));
  });
  return router;
}
