import { setTimeout as sleep } from 'node:timers/promises';
import {
  AppError,
  type NotificationJson,
  noFieldsSchema,
  type ReplayAnswerJson,
  replayRequestSchema,
  validate,
} from '@notify/contracts';
import type { ServiceClient } from '@notify/service-kit';
import { type Request, type RequestHandler, Router } from 'express';
import { validate as isUuid } from 'uuid';
import type { AcceptSummaries } from './accept-summary.ts';
import type { Idempotent } from './idempotent.ts';

/** How long a notification that was just accepted may take to get on the record; usually some milliseconds. */
const RECORD_DEADLINE_MS = 3_000;
const RECORD_POLL_INTERVAL_MS = 50;

export interface OperateDependencies {
  statusService: ServiceClient;
  inAppService: ServiceClient;
  /** status-service, with the patience that a replay needs. */
  replays: ServiceClient;
  summaries: AcceptSummaries;
}

/** `POST /api/v1/notifications/{id}/cancel`, `.../retry`, `.../read`, and `/api/v1/notifications/replay`. */
export function operateRoute(
  authenticate: RequestHandler,
  idempotent: Idempotent,
  { statusService, inAppService, replays, summaries }: OperateDependencies,
): Router {
  /** Asks status-service again while the notification is known to be accepted, but not on the record yet. */
  async function askAboutOne(request: Request, action: 'cancel' | 'retry' | 'read'): Promise<NotificationJson> {
    const id = String(request.params['id']);
    if (!isUuid(id)) throw new AppError('notification_not_found', 'There is no notification with this id');
    validate(noFieldsSchema, request.body ?? {});
    const deadline = Date.now() + RECORD_DEADLINE_MS;
    for (;;) {
      try {
        return await statusService.request<NotificationJson>('POST', `/notifications/${id}/${action}`);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'notification_not_found') throw error;
        if ((await summaries.find(id)) === undefined) throw error;
        if (Date.now() > deadline) {
          throw new AppError('dependency_unavailable', 'It was accepted, but is not on the record yet; try again');
        }
      }
      await sleep(RECORD_POLL_INTERVAL_MS);
    }
  }

  const router = Router();
  const replay = idempotent(async (request) => {
    const { idempotency_key: _read, ...replayed } = validate(replayRequestSchema, request.body ?? {});
    const body = await replays.request<ReplayAnswerJson>('POST', '/notifications/replay', replayed);
    return { status: 202, body };
  });
  router.post('/api/v1/notifications/replay', authenticate, replay);
  router.post('/api/v1/notifications/:id/cancel', authenticate, async (request, response) => {
    response.json(await askAboutOne(request, 'cancel'));
  });
  router.post('/api/v1/notifications/:id/retry', authenticate, async (request, response) => {
    response.status(202).json(await askAboutOne(request, 'retry'));
  });
  router.post('/api/v1/notifications/:id/read', authenticate, async (request, response) => {
    const notification = await askAboutOne(request, 'read');
    // Only when this is done, too, is it read: asked again, both repeat what they can.
    if (notification.channels.includes('in_app')) {
      await inAppService.request('POST', `/notifications/${notification.notification_id}/read`);
    }
    response.json(notification);
  });
  return router;
}
