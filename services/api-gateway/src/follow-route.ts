import {
  AppError,
  type ListJson,
  listQuerySchema,
  type NotificationJson,
  type StatsJson,
  statsQuerySchema,
  validate,
} from '@notify/contracts';
import type { ServiceClient } from '@notify/service-kit';
import { type RequestHandler, Router } from 'express';
import { validate as isUuid } from 'uuid';
import type { AcceptSummaries } from './accept-summary.ts';
import { queryOf } from './forward-route.ts';

export interface FollowDependencies {
  statusService: ServiceClient;
  summaries: AcceptSummaries;
}

/** `GET /api/v1/notifications/{id}`, the list, and `GET /api/v1/stats`. */
export function followRoute(authenticate: RequestHandler, { statusService, summaries }: FollowDependencies): Router {
  const router = Router();
  router.get('/api/v1/notifications', authenticate, async (request, response) => {
    validate(listQuerySchema, request.query, 'the query');
    response.json(await statusService.request<ListJson<NotificationJson>>('GET', `/notifications${queryOf(request)}`));
  });
  router.get('/api/v1/notifications/:id', authenticate, async (request, response) => {
    const id = String(request.params['id']);
    if (!isUuid(id)) throw new AppError('notification_not_found', 'There is no notification with this id');
    try {
      const path = `/notifications/${id}`;
      response.json(await statusService.request<NotificationJson>('GET', path));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'notification_not_found') throw error;
      // Its event may still be on the way to the record.
      const summary = await summaries.find(id);
      if (summary === undefined) throw error;
      response.json(summary);
    }
  });
  router.get('/api/v1/stats', authenticate, async (request, response) => {
    const { window } = validate(statsQuerySchema, request.query, 'the query');
    response.json(await statusService.request<StatsJson>('GET', `/stats?window=${window}`));
  });
  return router;
}
