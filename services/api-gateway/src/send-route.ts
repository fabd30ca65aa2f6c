import { type RequestHandler, Router } from 'express';
import type { Idempotent } from './idempotent.ts';
import { type SendDependencies, sendNotification } from './send-notification.ts';

/** `POST /api/v1/notifications`: 202 once the broker has it, now or for later. */
export function sendRoute(
  authenticate: RequestHandler,
  idempotent: Idempotent,
  dependencies: SendDependencies,
): Router {
  const router = Router();
  const send = idempotent(async (request, notificationId, response) => {
    const body = await sendNotification(request.body, notificationId, response, dependencies);
    return { status: 202, location: body.links.self, body };
  });
  router.post('/api/v1/notifications', authenticate, send);
  return router;
}
