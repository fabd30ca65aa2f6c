import type { ListJson, NotificationTypeJson, NotificationTypes } from '@notify/contracts';
import { type RequestHandler, Router } from 'express';

/** `GET /api/v1/notification_types`: the whole registry, as this instance has read it. */
export function notificationTypesRoute(authenticate: RequestHandler, types: NotificationTypes): Router {
  const router = Router();
  router.get('/api/v1/notification_types', authenticate, (_request, response) => {
    const data = types.list();
    const answer: ListJson<NotificationTypeJson> = { data, meta: { limit: data.length, next_cursor: null } };
    response.json(answer);
  });
  return router;
}
