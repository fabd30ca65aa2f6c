import { type Channel, type NotifyRequestJson, notifyRequestSchema, validate } from '@notify/contracts';
import { type RequestHandler, Router } from 'express';
import { acceptNotification, newNotificationId } from './accept.ts';
import type { SendDependencies } from './send-route.ts';
import { syncAnswer } from './sync-answer.ts';
import type { SyncReplies } from './sync-replies.ts';
import { refuseUnbuiltHeaders } from './unbuilt.ts';

const DEFAULT_SUBJECT = 'Notification';

function planOf({ to }: NotifyRequestJson): Channel[] {
  const plan: Channel[] = [];
  if (to.email !== undefined) plan.push('email');
  if (to.phone !== undefined) plan.push('sms');
  return plan;
}

/** `POST /api/notify`: the same pipeline, with an answer. One try per channel, email first. */
export function notifyRoute(
  authenticate: RequestHandler,
  dependencies: Pick<SendDependencies, 'broker' | 'summaries'> & { replies: SyncReplies },
): Router {
  const router = Router();
  router.post('/api/notify', authenticate, refuseUnbuiltHeaders, async (request, response) => {
    const body = validate(notifyRequestSchema, request.body ?? {});
    const notificationId = newNotificationId();
    const waiting = dependencies.replies.waitFor(notificationId, body.timeout_ms);
    try {
      await acceptNotification(
        {
          notificationType: body.type,
          priority: body.priority,
          mode: 'first_success',
          recipient: { to: body.to },
          content: { title: body.subject ?? DEFAULT_SUBJECT, body: body.message },
          variables: {},
          plan: planOf(body),
          skipped: [],
          replyTo: dependencies.replies.queue,
          metadata: {},
        },
        notificationId,
        dependencies,
      );
      const reply = await waiting.outcome;
      const self = `/api/v1/notifications/${notificationId}`;
      response.location(self);
      if (reply === undefined) {
        response.status(202).json({ notification_id: notificationId, status: 'accepted', links: { self } });
        return;
      }
      const answer = syncAnswer(reply);
      response.status(answer.status).json(answer.body);
    } finally {
      waiting.stop();
    }
  });
  return router;
}
