import {
  type Channel,
  type NotificationTypes,
  recipientFromJson,
  type SendAnswerJson,
  type SendRequestJson,
  sendRequestSchema,
  validate,
} from '@notify/contracts';
import type { TemplateCatalogue, UserDirectory } from '@notify/enrichment';
import type { Broker } from '@notify/messaging';
import type { Response } from 'express';
import { acceptNotification, isScheduled, type NewNotification, notificationPath } from './accept.ts';
import type { AcceptSummaries } from './accept-summary.ts';
import type { LaneDepths } from './lane-depths.ts';
import { type PlannedRequest, planRequest } from './plan-request.ts';
import { chargesOf, type RateLimits } from './rate-limits.ts';

export interface SendDependencies {
  broker: Broker;
  summaries: AcceptSummaries;
  users: UserDirectory;
  templates: TemplateCatalogue;
  types: NotificationTypes;
  limits: RateLimits;
  lanes: LaneDepths;
}

function notificationOf(request: SendRequestJson, { channels, skipped }: PlannedRequest): NewNotification {
  return {
    notificationType: request.notification_type,
    priority: request.priority,
    mode: request.mode,
    recipient: recipientFromJson(request),
    content: request.content,
    template: request.template,
    variables: request.variables,
    plan: channels,
    skipped,
    sendAt: request.send_at?.toISOString(),
    expiresAt: request.expires_at?.toISOString(),
    confirmWithinSeconds: request.confirm_within_seconds,
    metadata: request.metadata,
  };
}

function isForLater({ send_at: sendAt }: SendRequestJson): boolean {
  return sendAt !== undefined && sendAt.getTime() > Date.now();
}

function firstChannels({ mode }: SendRequestJson, { channels }: PlannedRequest): Channel[] {
  return mode === 'all' ? channels : channels.slice(0, 1);
}

/**
 * One request to send, from what the client wrote to what it is told: validated, planned, counted, and accepted under this id.
 * @param response gets the rate limits' headers.
 * @throws AppError as validate(), planRequest(), LaneDepths.refuseWhenFull(), RateLimits.charge() and acceptNotification() do; nothing was sent then, except that after
 *   `dependency_unavailable` it may have been.
 */
export async function sendNotification(
  body: unknown,
  notificationId: string,
  response: Response,
  dependencies: SendDependencies,
): Promise<SendAnswerJson> {
  const request = validate(sendRequestSchema, body ?? {});
  const planned = await planRequest(request, dependencies);
  if (!isForLater(request)) dependencies.lanes.refuseWhenFull(firstChannels(request, planned), request.priority);
  await dependencies.limits.charge(chargesOf(planned.channels, request.user_id), response);
  const envelope = await acceptNotification(notificationOf(request, planned), notificationId, dependencies);
  return {
    notification_id: envelope.notificationId,
    status: isScheduled(envelope) ? 'scheduled' : 'accepted',
    channels: planned.channels,
    priority: request.priority,
    created_at: envelope.createdAt,
    links: { self: notificationPath(envelope.notificationId) },
  };
}
