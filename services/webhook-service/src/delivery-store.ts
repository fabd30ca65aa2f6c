import type {
  WebhookAttemptJson,
  WebhookDeliveriesQueryJson,
  WebhookDeliveryStatus,
  WebhookType,
} from '@notify/contracts';
import type { Database } from '@notify/service-kit';

/** As the log shows it. */
export interface Delivery {
  id: string;
  webhookId: string;
  sequence: number;
  type: WebhookType;
  notificationId: string | null;
  status: WebhookDeliveryStatus;
  attempts: WebhookAttemptJson[];
  nextAttemptAt: Date | null;
  createdAt: Date;
}
type DeliveryRow = Omit<Delivery, 'sequence'> & { sequence: string };

const COLUMNS = `id, webhook_id AS "webhookId", sequence, type, notification_id AS "notificationId", status, attempts,
  next_attempt_at AS "nextAttemptAt", created_at AS "createdAt"`;

const deliveryOf = (row: DeliveryRow): Delivery => ({ ...row, sequence: Number(row.sequence) });

export async function findDelivery(database: Database, id: string): Promise<Delivery | undefined> {
  const { rows } = await database.query<DeliveryRow>(`SELECT ${COLUMNS} FROM deliveries WHERE id = $1`, [id]);
  return rows.map(deliveryOf)[0];
}

export interface DeliveryQuery extends Pick<WebhookDeliveriesQueryJson, 'status'> {
  webhookId: string;
  notificationId?: string;
  /** Exclusive. */
  beforeSequence?: string;
  limit: number;
}

/** Newest first. */
export async function listDeliveries(database: Database, query: DeliveryQuery): Promise<Delivery[]> {
  const conditions = ['webhook_id = $1'];
  const values: unknown[] = [query.webhookId, query.limit];
  // Written out rather than passed in: only so can the partial index be used. The schema has only known ones through.
  if (query.status !== undefined) conditions.push(`status = '${query.status}'`);
  if (query.notificationId !== undefined) conditions.push(`notification_id = $${values.push(query.notificationId)}`);
  if (query.beforeSequence !== undefined) conditions.push(`sequence < $${values.push(query.beforeSequence)}`);
  const { rows } = await database.query<DeliveryRow>(
    `SELECT ${COLUMNS} FROM deliveries WHERE ${conditions.join(' AND ')} ORDER BY sequence DESC LIMIT $2`,
    values,
  );
  return rows.map(deliveryOf);
}

/** Begins the schedule anew, now. @returns undefined when there is no such delivery. */
export async function resendDelivery(database: Database, id: string): Promise<Delivery | undefined> {
  const { rows } = await database.query<DeliveryRow>(
    `UPDATE deliveries SET status = 'pending', tries = 0, next_attempt_at = now() WHERE id = $1 RETURNING ${COLUMNS}`,
    [id],
  );
  return rows.map(deliveryOf)[0];
}

/** Some of the oldest, without those that an enabled webhook is still to get. @returns how many there were. */
export async function deleteOldDeliveries(database: Database, olderThanDays: number, limit: number): Promise<number> {
  const { rowCount } = await database.query(
    `DELETE FROM deliveries WHERE id IN (
       SELECT id FROM deliveries WHERE created_at < now() - make_interval(days => $1)
         AND NOT (status = 'pending' AND EXISTS (SELECT FROM webhooks WHERE id = webhook_id AND disabled_at IS NULL))
       ORDER BY created_at LIMIT $2
     )`,
    [olderThanDays, limit],
  );
  return rowCount ?? 0;
}
