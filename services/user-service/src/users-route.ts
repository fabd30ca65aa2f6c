import type { AddressDigest } from '@notify/claims';
import { CALLER_ID_PATTERN, pageQuerySchema, userPatchSchema, userPutSchema, validate } from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import { eraseUser } from './erasure-store.ts';
import type { AnnounceUserChanged } from './user-changed.ts';
import { userIdOf, userNotFound } from './user-path.ts';
import { findUser, listUsers, patchUser, putUser } from './user-store.ts';

/** A patch that has a number and no country is read with the country that the user has. */
async function withOwnCountry(database: Database, userId: string, patch: unknown): Promise<unknown> {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  if (!('phone' in patch) || 'country' in patch) return patch;
  const user = await findUser(database, userId);
  return user === undefined || user.country === null ? patch : { ...patch, country: user.country };
}

/** `PUT|GET|PATCH|DELETE /users/{user_id}` and the list. @param erasure.copyDigestOf what stands for an address in Redis. */
export function usersRoute(
  database: Database,
  announceUserChanged: AnnounceUserChanged,
  erasure: { copyDigestOf: AddressDigest; tell(): void },
): Router {
  const router = Router();

  router.get('/users', async (request, response) => {
    const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, (part) => CALLER_ID_PATTERN.test(part));
    const found = await listUsers(database, limit + 1, after);
    response.json(
      listAnswer(
        found,
        limit,
        (user) => [user.user_id],
        (user) => user,
      ),
    );
  });

  router.put('/users/:user_id', async (request, response) => {
    const userId = userIdOf(request);
    const { user, isNew } = await putUser(database, userId, validate(userPutSchema.required(), request.body));
    announceUserChanged(userId);
    response.status(isNew ? 201 : 200).json(user);
  });

  router.get('/users/:user_id', async (request, response) => {
    const user = await findUser(database, userIdOf(request));
    if (user === undefined) throw userNotFound();
    response.json(user);
  });

  router.patch('/users/:user_id', async (request, response) => {
    const userId = userIdOf(request);
    const patch = validate(userPatchSchema.required(), await withOwnCountry(database, userId, request.body));
    const user = await patchUser(database, userId, patch);
    if (user === undefined) throw userNotFound();
    announceUserChanged(userId, Object.keys(patch));
    response.json(user);
  });

  router.delete('/users/:user_id', async (request, response) => {
    const userId = userIdOf(request);
    if (!(await eraseUser(database, userId, erasure.copyDigestOf))) throw userNotFound();
    // Not as a change: what waits for somebody who changed is sent on its way again.
    erasure.tell();
    response.status(204).end();
  });

  return router;
}
