import { AppError, type FramesSinceJson, fields, STATUS_QUEUE, validate } from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import type { Database } from '@notify/service-kit';
import { Router } from 'express';
import Joi from 'joi';
import { framesSince } from './frames-since-store.ts';

/** More events than this on their way, and the record is seconds behind: it would hide what it has not folded yet. */
const MAX_EVENTS_BEHIND = 1_000;

const querySchema = Joi.object<{ since: Date; user_id?: string; notification_id?: string }>({
  since: Joi.date().iso().required(),
  user_id: fields.callerId(),
  notification_id: Joi.string().guid(),
});

/** `GET /frames?since=`: what a WebSocket that was away has missed. 503 while the record is behind. */
export function framesSinceRoute(database: Database, broker: Pick<Broker, 'queueDepths'>): Router {
  const router = Router();
  router.get('/frames', async (request, response) => {
    const {
      since,
      user_id: userId,
      notification_id: notificationId,
    } = validate(querySchema, request.query, 'the query');
    const depths = await broker.queueDepths([STATUS_QUEUE]).catch((cause: unknown) => {
      throw new AppError('dependency_unavailable', 'The broker is unavailable', { cause });
    });
    if ((depths.get(STATUS_QUEUE) ?? 0) > MAX_EVENTS_BEHIND) {
      throw new AppError('dependency_unavailable', 'The record is behind');
    }
    const answer: FramesSinceJson = { frames: await framesSince(database, { since, userId, notificationId }) };
    response.json(answer);
  });
  return router;
}
