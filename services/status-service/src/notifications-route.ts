import { AppError, listQuerySchema, validate } from '@notify/contracts';
import { type Database, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import { readListCursor, UUID_PATTERN } from './list-cursor.ts';
import { findNotification, listNotifications } from './notification-query-store.ts';

/** `GET /notifications/{id}` and the list. */
export function notificationsRoute(database: Database): Router {
  const router = Router();

  router.get('/notifications/:id', async (request, response) => {
    const { id } = request.params;
    const notification = UUID_PATTERN.test(id) ? await findNotification(database, id) : undefined;
    if (notification === undefined)
      throw new AppError('notification_not_found', 'There is no notification with this id');
    response.json(notification);
  });

  router.get('/notifications', async (request, response) => {
    const query = validate(listQuerySchema, request.query, 'the query');
    const after = query.cursor === undefined ? undefined : readListCursor(query.cursor);
    // One more than asked for tells whether there is a next page.
    const found = await listNotifications(database, { ...query, limit: query.limit + 1 }, after);
    response.json(
      listAnswer(
        found,
        query.limit,
        (notification) => [notification.created_at, notification.notification_id],
        (notification) => notification,
      ),
    );
  });

  return router;
}
