import { preferencesSchema, validate } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import type { AnnounceUserChanged } from './user-changed.ts';
import { userIdOf, userNotFound } from './user-path.ts';
import { findPreferences, putPreferences } from './user-store.ts';

/** `GET|PUT /users/{user_id}/preferences`. */
export function preferencesRoute(database: Database, announceUserChanged: AnnounceUserChanged): Router {
  const router = Router();

  router.get('/users/:user_id/preferences', async (request, response) => {
    const preferences = await findPreferences(database, userIdOf(request));
    if (preferences === undefined) throw userNotFound();
    response.json(preferences);
  });

  router.put('/users/:user_id/preferences', async (request, response) => {
    const userId = userIdOf(request);
    const preferences = validate(preferencesSchema.required(), request.body);
    if (!(await putPreferences(database, userId, preferences))) throw userNotFound();
    announceUserChanged(userId);
    response.json(preferences);
  });

  return router;
}
