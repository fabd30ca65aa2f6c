import type { DatabaseClient } from '@notify/service-kit';
import { deliveryId, type WebhookEventToTell, type WebhookFilter, wants } from './webhook-event.ts';

/** One event that one webhook is to be told. */
interface Offer {
  webhookId: string;
  id: string;
  event: WebhookEventToTell;
}

/**
 * Stores what each webhook is to be told, numbered without gaps. What is stored already is passed over. Locks the webhooks, so that the
 * numbers of several instances don't mix.
 * @param webhooks those that may be told; several in the order of their ids.
 * @returns how many deliveries there are more.
 */
export async function storeEvents(
  client: DatabaseClient,
  webhooks: readonly WebhookFilter[],
  events: readonly WebhookEventToTell[],
): Promise<number> {
  const offers = webhooks.flatMap((webhook) =>
    events.filter((event) => wants(webhook, event)).map((event) => offerOf(webhook.id, event)),
  );
  return storeOffers(client, offers, 0);
}

/** Stores one event for one webhook, whatever it has asked for. @returns the delivery's id. */
export async function storeEventFor(
  client: DatabaseClient,
  webhookId: string,
  event: WebhookEventToTell,
  dueInSeconds: number,
): Promise<string> {
  const offer = offerOf(webhookId, event);
  await storeOffers(client, [offer], dueInSeconds);
  return offer.id;
}

const offerOf = (webhookId: string, event: WebhookEventToTell): Offer => ({
  webhookId,
  id: deliveryId(webhookId, event),
  event,
});

async function storeOffers(client: DatabaseClient, offers: readonly Offer[], dueInSeconds: number): Promise<number> {
  // One message may come twice in a batch.
  const all = [...new Map(offers.map((offer) => [offer.id, offer])).values()];
  if (all.length === 0) return 0;
  // A statement of its own: the next one sees what was committed while this one waited.
  await client.query({
    name: 'lock webhooks',
    text: 'SELECT FROM webhooks WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE',
    values: [[...new Set(all.map(({ webhookId }) => webhookId))]],
  });
  const { rowCount } = await client.query({
    name: 'store deliveries',
    text: `WITH fresh AS (
        SELECT offered.*, row_number() OVER (PARTITION BY webhook_id ORDER BY place) AS step
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[])
          WITH ORDINALITY AS offered (id, webhook_id, type, notification_id, occurred_at, data, place)
        WHERE NOT EXISTS (SELECT FROM deliveries WHERE deliveries.id = offered.id)
      ), counted AS (
        UPDATE webhooks SET last_sequence = last_sequence + more.count
        FROM (SELECT webhook_id, count(*) FROM fresh GROUP BY webhook_id) AS more
        WHERE webhooks.id = more.webhook_id
        RETURNING webhooks.id, last_sequence - more.count AS before
      )
      INSERT INTO deliveries (id, webhook_id, sequence, type, notification_id, occurred_at, data, status, next_attempt_at)
      SELECT fresh.id, webhook_id, before + step, type, notification_id, occurred_at, data, 'pending',
        now() + make_interval(secs => $7)
      FROM fresh JOIN counted ON counted.id = webhook_id`,
    values: [
      all.map(({ id }) => id),
      all.map(({ webhookId }) => webhookId),
      all.map(({ event }) => event.type),
      all.map(({ event }) => event.notificationId ?? null),
      all.map(({ event }) => event.occurredAt),
      all.map(({ event }) => JSON.stringify(event.data)),
      dueInSeconds,
    ],
  });
  return rowCount ?? 0;
}
