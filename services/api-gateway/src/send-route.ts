import { type NotificationTypes, type SendAnswerJson, sendRequestSchema, validate } from '@notify/contracts';
import type { TemplateCatalogue, UserDirectory } from '@notify/enrichment';
import type { Broker } from '@notify/messaging';
import { type RequestHandler, Router } from 'express';
import { acceptNotification, isScheduled, notificationPath } from './accept.ts';
import type { AcceptSummaries } from './accept-summary.ts';
import type { Idempotent } from './idempotent.ts';
import { planRequest } from './plan-request.ts';
import { chargesOf, type RateLimits } from './rate-limits.ts';

export interface SendDependencies {
  broker: Broker;
  summaries: AcceptSummaries;
  users: UserDirectory;
  templates: TemplateCatalogue;
  types: NotificationTypes;
  idempotent: Idempotent;
  limits: RateLimits;
}

/** `POST /api/v1/notifications`: 202 once the broker has it, now or for later. */
export function sendRoute(authenticate: RequestHandler, dependencies: SendDependencies): Router {
  const router = Router();
  const { idempotent, limits } = dependencies;
  const send = idempotent(async (request, notificationId, response) => {
    const body = validate(sendRequestSchema, request.body ?? {});
    const { channels, skipped } = await planRequest(body, dependencies);
    await limits.charge(chargesOf(channels, body.user_id), response);
    const { to } = body;
    const envelope = await acceptNotification(
      {
        notificationType: body.notification_type,
        priority: body.priority,
        mode: body.mode,
        recipient:
          to === undefined
            ? { userId: body.user_id as string }
            : {
                to: {
                  email: to.email,
                  phone: to.phone,
                  deviceTokens: to.device_tokens,
                  locale: to.locale,
                  timezone: to.timezone,
                },
              },
        content: body.content,
        template: body.template,
        variables: body.variables,
        plan: channels,
        skipped,
        sendAt: body.send_at?.toISOString(),
        expiresAt: body.expires_at?.toISOString(),
        confirmWithinSeconds: body.confirm_within_seconds,
        metadata: body.metadata,
      },
      notificationId,
      dependencies,
    );
    const self = notificationPath(envelope.notificationId);
    const answer: SendAnswerJson = {
      notification_id: envelope.notificationId,
      status: isScheduled(envelope) ? 'scheduled' : 'accepted',
      channels,
      priority: body.priority,
      created_at: envelope.createdAt,
      links: { self },
    };
    return { status: 202, location: self, body: answer };
  });
  router.post('/api/v1/notifications', authenticate, send);
  return router;
}
