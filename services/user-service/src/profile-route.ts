import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import { findProfile } from './profile-store.ts';
import { userIdOf, userNotFound } from './user-path.ts';

/** `GET /users/{user_id}/profile`: for the gateway and the workers, not part of the public API. */
export function profileRoute(database: Database): Router {
  const router = Router();

  router.get('/users/:user_id/profile', async (request, response) => {
    const profile = await findProfile(database, userIdOf(request));
    if (profile === undefined) throw userNotFound();
    response.json(profile);
  });

  return router;
}
