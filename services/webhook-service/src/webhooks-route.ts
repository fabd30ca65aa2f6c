import {
  AppError,
  type NewWebhookJson,
  pageQuerySchema,
  validate,
  type WebhookPatchJson,
  webhookPatchSchema,
  webhookSchema,
} from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import { decodeCursor, inTransaction, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import { bindEvents, wantsNotifications } from './event-binding.ts';
import type { SealedSecrets } from './sealed-secrets.ts';
import { newWebhookSecret } from './sign-webhook.ts';
import { type SwitchContext, switchWebhook } from './switch-webhook.ts';
import { webhookToJson } from './webhook-json.ts';
import { idOf, webhookNotFound } from './webhook-path.ts';
import {
  addWebhook,
  changeWebhook,
  deleteWebhook,
  findWebhook,
  listWebhooks,
  lockWebhooks,
  MAX_WEBHOOKS,
  replaceSecret,
} from './webhook-store.ts';
import { checkedTarget, type TargetRules } from './webhook-target.ts';

export interface WebhooksRouteContext extends SwitchContext {
  broker: Pick<Broker, 'bind'>;
  secrets: SealedSecrets;
  targets: TargetRules;
}

/**
 * `/webhooks`: made, read, changed, deleted. A secret is shown once, by the answer that makes it. Whatever is published after an answer that makes
 * or enables a webhook is told to it.
 */
export function webhooksRoute(context: WebhooksRouteContext): Router {
  const { database, broker, secrets, targets, wake } = context;
  const router = Router();

  router.post('/webhooks', async (request, response) => {
    const asked = validate(webhookSchema.required(), request.body);
    const [id, secret] = [uuidv7(), newWebhookSecret()];
    const url = checkedTarget(asked.url, targets);
    const added = await inTransaction(database, async (client) => {
      const webhook = await addWebhook(client, id, secrets.seal(secret, id), { ...asked, url });
      if (webhook === undefined) {
        throw new AppError('conflict', `There are ${MAX_WEBHOOKS} webhooks already: delete one`);
      }
      if (wantsNotifications(webhook)) await bindEvents(client, broker);
      return webhook;
    });
    const answer: NewWebhookJson = { ...webhookToJson(added), secret };
    response.status(201).json(answer);
  });

  router.get('/webhooks', async (request, response) => {
    const { limit, cursor } = validate(pageQuerySchema, request.query, 'the query');
    const [beforeId] = cursor === undefined ? [] : decodeCursor(cursor, isUuid);
    const found = await listWebhooks(database, limit + 1, beforeId);
    response.json(listAnswer(found, limit, ({ id }) => [id], webhookToJson));
  });

  router.get('/webhooks/:id', async (request, response) => {
    const webhook = await findWebhook(database, idOf(request, webhookNotFound));
    if (webhook === undefined) throw webhookNotFound();
    response.json(webhookToJson(webhook));
  });

  router.patch('/webhooks/:id', async (request, response) => {
    const id = idOf(request, webhookNotFound);
    const asked = validate<WebhookPatchJson>(webhookPatchSchema.required(), request.body);
    const changed = await inTransaction(database, async (client) => {
      await lockWebhooks(client);
      const webhook = await changeWebhook(client, id, {
        url: asked.url === undefined ? undefined : checkedTarget(asked.url, targets),
        events: asked.events,
        notificationTypes: asked.notification_types,
      });
      if (webhook === undefined) throw webhookNotFound();
      // Only then: all else can be changed while the broker is away.
      const asksForMore = asked.enabled ?? (asked.events !== undefined && webhook.disabledAt === null);
      if (asksForMore && wantsNotifications(webhook)) await bindEvents(client, broker);
      if (asked.enabled === undefined) return webhook;
      return (await switchWebhook(context, client, id, asked.enabled ? undefined : 'by_hand')) ?? webhook;
    });
    wake();
    response.json(webhookToJson(changed));
  });

  router.delete('/webhooks/:id', async (request, response) => {
    if (!(await deleteWebhook(database, idOf(request, webhookNotFound)))) throw webhookNotFound();
    response.status(204).end();
  });

  router.post('/webhooks/:id/rotate_secret', async (request, response) => {
    const id = idOf(request, webhookNotFound);
    const secret = newWebhookSecret();
    const webhook = await replaceSecret(database, id, secrets.seal(secret, id));
    if (webhook === undefined) throw webhookNotFound();
    const answer: NewWebhookJson = { ...webhookToJson(webhook), secret };
    response.json(answer);
  });

  return router;
}
