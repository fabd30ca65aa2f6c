import { randomUUID } from 'node:crypto';
import { AppError, validate, webhookDeliveriesQuerySchema } from '@notify/contracts';
import { decodeCursor, inTransaction, listAnswer } from '@notify/service-kit';
import { Router } from 'express';
import { type DeliverContext, deliverWebhook } from './deliver-webhook.ts';
import { findDelivery, listDeliveries, resendDelivery } from './delivery-store.ts';
import { readDueDelivery } from './due-delivery-store.ts';
import { storeEventFor } from './store-events.ts';
import { testEvent } from './webhook-event.ts';
import { deliveryToJson } from './webhook-json.ts';
import { deliveryNotFound, idOf, webhookNotFound } from './webhook-path.ts';
import { findWebhook } from './webhook-store.ts';

const isSequence = (part: string) => /^\d{1,18}$/.test(part);

/**
 * The log of what was delivered, sending again, and the test button.
 * @param leaseSeconds how long the dispatcher leaves a test alone.
 */
export function deliveriesRoute(context: DeliverContext, leaseSeconds: number): Router {
  const { database, wake } = context;
  const router = Router();

  router.get('/webhooks/:id/deliveries', async (request, response) => {
    const webhookId = idOf(request, webhookNotFound);
    const query = validate(webhookDeliveriesQuerySchema, request.query, 'the query');
    const { status, notification_id: notificationId, limit, cursor } = query;
    const [beforeSequence] = cursor === undefined ? [] : decodeCursor(cursor, isSequence);
    if ((await findWebhook(database, webhookId)) === undefined) throw webhookNotFound();
    const page = { webhookId, status, notificationId, beforeSequence, limit: limit + 1 };
    const found = await listDeliveries(database, page);
    response.json(listAnswer(found, limit, ({ sequence }) => [String(sequence)], deliveryToJson));
  });

  router.post('/webhooks/deliveries/:id/resend', async (request, response) => {
    const id = idOf(request, deliveryNotFound);
    const delivery = await findDelivery(database, id);
    const webhook = delivery && (await findWebhook(database, delivery.webhookId));
    if (webhook === undefined) throw deliveryNotFound();
    if (webhook.disabledAt !== null) throw new AppError('conflict', 'The webhook is disabled: enable it first');
    const resent = await resendDelivery(database, id);
    if (resent === undefined) throw deliveryNotFound();
    wake();
    response.status(202).json(deliveryToJson(resent));
  });

  // Sent here and now, so that the answer can say what came of it; a disabled webhook can be tried out before it is enabled.
  router.post('/webhooks/:id/test', async (request, response) => {
    const webhookId = idOf(request, webhookNotFound);
    if ((await findWebhook(database, webhookId)) === undefined) throw webhookNotFound();
    const event = testEvent(webhookId, randomUUID(), new Date());
    const id = await inTransaction(database, (client) => storeEventFor(client, webhookId, event, leaseSeconds));
    const due = await readDueDelivery(database, id);
    if (due !== undefined) await deliverWebhook(context, due, false);
    const tested = await findDelivery(database, id);
    // Deleted meanwhile.
    if (tested === undefined) throw webhookNotFound();
    response.json(deliveryToJson(tested));
  });

  return router;
}
