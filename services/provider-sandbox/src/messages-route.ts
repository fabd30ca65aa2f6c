import { CHANNELS, validate } from '@notify/contracts';
import express, { type Router } from 'express';
import Joi from 'joi';
import type { MessageStore } from './message-store.ts';
import { presentMessages } from './present-message.ts';
import type { SandboxChannel } from './vendors.ts';

interface MessagesQuery {
  channel?: SandboxChannel;
  to?: string;
  notification_id?: string;
  limit: number;
}

const DEFAULT_LIMIT = 200;
const LIMIT = 20_000;

const querySchema = Joi.object<MessagesQuery>({
  channel: Joi.string()
    .lowercase()
    .valid(...CHANNELS),
  to: Joi.string(),
  notification_id: Joi.string(),
  limit: Joi.number().integer().min(1).max(LIMIT).default(DEFAULT_LIMIT),
});

/** What arrived. */
export function messagesRoute(store: MessageStore): Router {
  const router = express.Router();
  router.get('/api/messages', async (request, response) => {
    const { channel, to, notification_id, limit } = validate(querySchema, request.query, 'the query');
    // The page asks again every two seconds; mostly there is nothing new to read and parse.
    const etag = `"${store.version}"`;
    response.set({ ETag: etag, 'Cache-Control': 'no-cache' });
    if (request.get('if-none-match') === etag) {
      response.status(304).end();
      return;
    }
    // A phone number whose + nobody encoded arrives with a space in its place.
    const recipient = to?.replace(/^ (?=\d)/, '+');
    const messages = store.list({ channel, to: recipient, notificationId: notification_id, limit });
    response.json({ data: await presentMessages(messages) });
  });
  router.get('/api/messages/count', (_request, response) => {
    response.json({ count: store.count });
  });
  router.delete('/api/messages', (_request, response) => {
    store.clear();
    response.status(204).end();
  });
  return router;
}
