import type { Content, Envelope, Priority, RecipientJson, Skip, TemplateRef } from '@notify/contracts';
import { parseEnvelope } from '@notify/contracts';
import type { DatabaseClient } from '@notify/service-kit';
import type { NotificationRecord } from './fold-events.ts';
import { PROGRESS_COLUMNS, type ProgressRow, recordFromRow } from './notification-row.ts';

/** A notification as the record keeps it: what became of it, and what it was accepted with. */
export interface KeptNotification {
  record: NotificationRecord;
  /** At the position where the record is, with nothing tried. Undefined: its acceptance has not arrived, or its content was erased. */
  envelope: Envelope | undefined;
}

interface KeptRow extends ProgressRow {
  priority: Priority | null;
  skipped: Skip[] | null;
  metadata: Record<string, unknown>;
  traceparent: string | null;
  send_at: Date | null;
  expires_at: Date | null;
  confirm_within_seconds: number | null;
  recipient: RecipientJson | null;
  content: Content | null;
  template: TemplateRef | null;
  variables: Record<string, unknown> | null;
}

const LOCK = `SELECT ${PROGRESS_COLUMNS}, priority, skipped, metadata, traceparent, send_at, expires_at,
  confirm_within_seconds, recipient, content, template, variables
  FROM notifications WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`;

/** Reads and locks notifications until the end of the transaction, in the order of their ids, so that two can't deadlock. */
export async function lockNotifications(client: DatabaseClient, ids: readonly string[]): Promise<KeptNotification[]> {
  const { rows } = await client.query<KeptRow>({ name: 'lock kept', text: LOCK, values: [ids] });
  return rows.map((row) => ({ record: recordFromRow(row), envelope: envelopeOf(row) }));
}

function envelopeOf(row: KeptRow): Envelope | undefined {
  if (!row.is_accepted || row.recipient === null) return undefined;
  const wire = {
    version: 1,
    notification_id: row.id,
    epoch: row.epoch,
    hop: row.hop,
    // 0 where the record itself moved it; a message starts with the first try.
    attempt: Math.max(1, row.attempt),
    deferrals: 0,
    notification_type: row.notification_type,
    priority: row.priority,
    mode: row.mode,
    recipient: row.recipient,
    content: row.content ?? undefined,
    template: row.template ?? undefined,
    variables: row.variables ?? {},
    plan: row.channels,
    tried: [],
    skipped: row.skipped ?? [],
    send_at: row.send_at?.toISOString(),
    expires_at: row.expires_at?.toISOString(),
    confirm_within_seconds: row.confirm_within_seconds ?? undefined,
    correlation_id: row.correlation_id,
    traceparent: row.traceparent ?? undefined,
    metadata: row.metadata,
    created_at: row.created_at.toISOString(),
  };
  const parsed = parseEnvelope(wire);
  return parsed.problem === undefined ? parsed.envelope : undefined;
}
