import { preferenceSwitchesSchema, preferencesSchema, validate } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import type { AnnounceUserChanged } from './user-changed.ts';
import { userIdOf, userNotFound } from './user-path.ts';
import { findPreferences, putPreferences, switchPreferences } from './user-store.ts';

/** `GET|PUT /users/{user_id}/preferences`; `PATCH` is for the gateway, on behalf of the person. */
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
    announceUserChanged(userId, ['preferences']);
    response.json(preferences);
  });

  router.patch('/users/:user_id/preferences', async (request, response) => {
    const userId = userIdOf(request);
    const switches = validate(preferenceSwitchesSchema.required(), request.body);
    const preferences = await switchPreferences(database, userId, switches);
    if (preferences === undefined) throw userNotFound();
    announceUserChanged(userId, ['preferences']);
    response.json(preferences);
  });

  return router;
}
