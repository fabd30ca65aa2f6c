import type { Database } from '@notify/service-kit';
import type { DeadLetter } from './dead-letter.ts';

export interface DeadLetterJson {
  id: string;
  received_at: string;
  notification_id: string | null;
  reason: string;
  routing_key: string;
  headers: Record<string, string | number>;
  /** Only where it was asked for: these may name a person. */
  detail?: string | null;
  body?: string | null;
}

/** Records dead letters; what is recorded already stays as it is. */
export async function storeDeadLetters(database: Database, letters: readonly DeadLetter[]): Promise<void> {
  const rows = letters.map((letter) => ({
    id: letter.id,
    received_at: letter.receivedAt,
    notification_id: letter.notificationId,
    reason: letter.reason,
    routing_key: letter.routingKey,
    headers: letter.headers,
    detail: letter.detail,
    body: letter.body,
  }));
  await database.query({
    name: 'store dead letters',
    text: `INSERT INTO dead_letters (id, received_at, notification_id, reason, routing_key, headers, detail, body)
      SELECT id, received_at, notification_id, reason, routing_key, headers, detail, body
      FROM json_to_recordset($1::json) AS new (id uuid, received_at timestamptz, notification_id uuid, reason text,
        routing_key text, headers jsonb, detail text, body text)
      ORDER BY id ON CONFLICT (id) DO NOTHING`,
    values: [JSON.stringify(rows)],
  });
}

/** Newest first. */
export async function listDeadLetters(
  database: Database,
  { limit, withBody }: { limit: number; withBody: boolean },
): Promise<DeadLetterJson[]> {
  const { rows } = await database.query<Omit<DeadLetterJson, 'received_at'> & { received_at: Date }>(
    `SELECT id, received_at, notification_id, reason, routing_key, headers ${withBody ? ', detail, body' : ''}
     FROM dead_letters ORDER BY received_at DESC, id DESC LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({ ...row, received_at: row.received_at.toISOString() }));
}
