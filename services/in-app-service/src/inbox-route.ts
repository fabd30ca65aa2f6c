import { fields, type InboxItemJson, inboxQuerySchema, validate } from '@notify/contracts';
import { type Database, decodeCursor, listAnswer } from '@notify/service-kit';
import { type Request, Router } from 'express';
import Joi from 'joi';
import { validate as isUuid } from 'uuid';
import { countUnreadInboxItems, type InboxItem, listInboxItems, listItemsOfNotification } from './inbox-store.ts';

export const notificationPathSchema = Joi.object<{ id: string }>({ id: Joi.string().guid().required() });
const pathSchema = Joi.object<{ user_id: string }>({ user_id: fields.callerId().required() });

/** `GET /users/{user_id}/inbox` and its unread count, and `GET /notifications/{id}/items`. A user whom nobody wrote to has an empty inbox. */
export function inboxRoute(database: Database): Router {
  const router = Router();

  router.get('/users/:user_id/inbox', async (request, response) => {
    const { unread, limit, cursor } = validate(inboxQuerySchema, request.query, 'the query');
    const found = await listInboxItems(database, {
      userId: userIdOf(request),
      isUnread: unread,
      beforeId: cursor === undefined ? undefined : idOf(cursor),
      // One more, to know whether there is a next page.
      limit: limit + 1,
    });
    response.json(listAnswer(found, limit, (item) => [item.id], inboxItemToJson));
  });

  router.get('/users/:user_id/inbox/unread_count', async (request, response) => {
    response.json({ unread_count: await countUnreadInboxItems(database, userIdOf(request)) });
  });

  router.get('/notifications/:id/items', async (request, response) => {
    const { id } = validate(notificationPathSchema, request.params, 'the path');
    response.json({ data: (await listItemsOfNotification(database, id)).map(inboxItemToJson) });
  });

  return router;
}

function userIdOf(request: Request): string {
  return validate(pathSchema, request.params, 'the path').user_id;
}

/** The id of the last item seen. @throws AppError `validation_failed` (400) when it is not a cursor of this list. */
function idOf(cursor: string): string {
  const [id = ''] = decodeCursor(cursor, isUuid);
  return id;
}

export function inboxItemToJson(item: InboxItem): InboxItemJson {
  return {
    id: item.id,
    notification_id: item.notificationId,
    title: item.title,
    body: item.body,
    action_url: item.actionUrl,
    read_at: item.readAt?.toISOString() ?? null,
    created_at: item.createdAt.toISOString(),
  };
}
