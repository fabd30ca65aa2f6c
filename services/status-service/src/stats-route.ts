import { type StatsJson, type StatsWindow, statsQuerySchema, validate } from '@notify/contracts';
import { Router } from 'express';

/** `GET /stats?window=` */
export function statsRoute(statsOf: (window: StatsWindow) => Promise<StatsJson>): Router {
  const router = Router();
  router.get('/stats', async (request, response) => {
    const { window } = validate(statsQuerySchema, request.query, 'the query');
    response.json(await statsOf(window));
  });
  return router;
}
