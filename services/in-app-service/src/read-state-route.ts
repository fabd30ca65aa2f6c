import { AppError, fields, noFieldsSchema, validate } from '@notify/contracts';
import { type Database, inTransaction } from '@notify/service-kit';
import { Router } from 'express';
import Joi from 'joi';
import { inboxItemToJson, notificationPathSchema } from './inbox-route.ts';
import type { TellRead } from './read-receipts.ts';
import { archiveItem, markNotificationRead, markOldestRead, markRead, readClock } from './read-state-store.ts';

/** Told and committed together; well below what a publisher has in flight. */
const READ_ALL_BATCH_SIZE = 500;

const userPathSchema = Joi.object<{ user_id: string }>({ user_id: fields.callerId().required() });
const itemPathSchema = userPathSchema.append<{ user_id: string; id: string }>({ id: Joi.string().guid().required() });

const noSuchItem = () => new AppError('not_found', 'There is no item with this id in the inbox');

/**
 * `POST /users/{user_id}/inbox/{id}/read`, `.../read_all`, `DELETE .../{id}` and `POST /notifications/{id}/read`. Each can be repeated.
 *
 * That an item was read is told before it is committed: after a crash in between it is still unread, and is told again.
 */
export function readStateRoute(database: Database, tellRead: TellRead): Router {
  const router = Router();

  router.post('/users/:user_id/inbox/read_all', async (request, response) => {
    const { user_id: userId } = validate(userPathSchema, request.params, 'the path');
    validate(noFieldsSchema, request.body ?? {});
    const until = await readClock(database);
    let readCount = 0;
    for (let batchSize = READ_ALL_BATCH_SIZE; batchSize === READ_ALL_BATCH_SIZE; ) {
      batchSize = await inTransaction(database, async (client) => {
        const items = await markOldestRead(client, userId, until, READ_ALL_BATCH_SIZE);
        await tellRead(items);
        return items.length;
      });
      readCount += batchSize;
    }
    response.json({ read_count: readCount });
  });

  router.post('/users/:user_id/inbox/:id/read', async (request, response) => {
    const { user_id: userId, id } = validate(itemPathSchema, request.params, 'the path');
    validate(noFieldsSchema, request.body ?? {});
    const item = await inTransaction(database, async (client) => {
      const read = await markRead(client, userId, id);
      if (read.justRead !== undefined) await tellRead([read.justRead]);
      return read.item;
    });
    if (item === undefined) throw noSuchItem();
    response.json(inboxItemToJson(item));
  });

  router.delete('/users/:user_id/inbox/:id', async (request, response) => {
    const { user_id: userId, id } = validate(itemPathSchema, request.params, 'the path');
    if (!(await archiveItem(database, userId, id))) throw noSuchItem();
    response.status(204).end();
  });

  // Its status is read already: nothing is told.
  router.post('/notifications/:id/read', async (request, response) => {
    const { id } = validate(notificationPathSchema, request.params, 'the path');
    await markNotificationRead(database, id);
    response.status(204).end();
  });

  return router;
}
