import { AppError, replayRequestSchema, validate } from '@notify/contracts';
import { type Request, Router } from 'express';
import { type CancelDependencies, cancelNotification } from './cancel-notification.ts';
import { UUID_PATTERN } from './list-cursor.ts';
import { findNotification } from './notification-query-store.ts';
import { type ReadDependencies, readNotification } from './read-notification.ts';
import { replayNotifications } from './replay-notifications.ts';
import { retryNotification } from './retry-notification.ts';

function idOf(request: Request): string {
  const id = String(request.params['id']).toLowerCase();
  if (!UUID_PATTERN.test(id)) throw new AppError('notification_not_found', 'There is no notification with this id');
  return id;
}

/** `POST /notifications/{id}/cancel`, `.../retry`, `.../read` and `/notifications/replay`. */
export function operateRoute(dependencies: CancelDependencies & ReadDependencies): Router {
  const router = Router();
  router.post('/notifications/replay', async (request, response) => {
    const replay = validate(replayRequestSchema, request.body ?? {});
    response.status(202).json(await replayNotifications(replay, dependencies));
  });
  router.post('/notifications/:id/cancel', async (request, response) => {
    const id = idOf(request);
    await cancelNotification(id, dependencies);
    response.json(await findNotification(dependencies.database, id));
  });
  router.post('/notifications/:id/retry', async (request, response) => {
    const id = idOf(request);
    await retryNotification(id, dependencies);
    response.status(202).json(await findNotification(dependencies.database, id));
  });
  router.post('/notifications/:id/read', async (request, response) => {
    const id = idOf(request);
    await readNotification(id, dependencies);
    response.json(await findNotification(dependencies.database, id));
  });
  return router;
}
