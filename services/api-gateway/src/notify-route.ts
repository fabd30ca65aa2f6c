import { type Channel, type NotifyRequestJson, notifyRequestSchema, validate } from '@notify/contracts';
import { type RequestHandler, Router } from 'express';
import { acceptNotification, notificationPath } from './accept.ts';
import type { Idempotent } from './idempotent.ts';
import { chargesOf } from './rate-limits.ts';
import type { SendDependencies } from './send-notification.ts';
import { syncAnswer } from './sync-answer.ts';
import type { SyncReplies } from './sync-replies.ts';

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
  idempotent: Idempotent,
  dependencies: Pick<SendDependencies, 'broker' | 'summaries' | 'limits' | 'lanes'> & { replies: SyncReplies },
): Router {
  const router = Router();
  const { limits, lanes } = dependencies;
  const notify = idempotent(async (request, notificationId, response) => {
    const body = validate(notifyRequestSchema, request.body ?? {});
    lanes.refuseWhenFull(planOf(body).slice(0, 1), body.priority);
    await limits.charge(chargesOf(planOf(body), undefined), response);
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
      const self = notificationPath(notificationId);
      if (reply !== undefined) return { location: self, ...syncAnswer(reply) };
      return {
        status: 202,
        location: self,
        body: { notification_id: notificationId, status: 'accepted', links: { self } },
      };
    } finally {
      waiting.stop();
    }
  });
  router.post('/api/notify', authenticate, notify);
  return router;
}
