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

const KEPT_COLUMNS = `${PROGRESS_COLUMNS}, priority, skipped, metadata, traceparent, send_at, expires_at,
  confirm_within_seconds, recipient, content, template, variables`;

const LOCK = `SELECT ${KEPT_COLUMNS} FROM notifications WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`;

/** When something was last heard of it, or should have been: as the index has it. */
const HEARD_AT = 'greatest(updated_at, send_at)';

const LOCK_SILENT = `SELECT ${KEPT_COLUMNS}, ${HEARD_AT} AS heard_at FROM notifications
  WHERE status IN ('accepted', 'scheduled', 'processing', 'retrying') AND ${HEARD_AT} < $1
    AND (${HEARD_AT}, id) > ($2::timestamptz, $3::uuid)
  ORDER BY ${HEARD_AT}, id LIMIT $4 FOR UPDATE SKIP LOCKED`;

/** Reads and locks notifications until the end of the transaction, in the order of their ids, so that two can't deadlock. */
export async function lockNotifications(client: DatabaseClient, ids: readonly string[]): Promise<KeptNotification[]> {
  const { rows } = await client.query<KeptRow>({ name: 'lock kept', text: LOCK, values: [ids] });
  return rows.map((row) => ({ record: recordFromRow(row), envelope: envelopeOf(row) }));
}

/** Where a walk through what nothing was heard of is. */
export interface SilencePlace {
  heardAt: string;
  id: string;
}

export const BEFORE_ALL: SilencePlace = { heardAt: '-infinity', id: '00000000-0000-0000-0000-000000000000' };

export interface SilentNotification extends KeptNotification {
  place: SilencePlace;
}

/**
 * Reads and locks what is not settled and nothing was heard of since `before`, the longest first. Passes over what others have locked:
 * somebody is at it.
 * @param after the last one of the page before.
 */
export async function lockSilent(
  client: DatabaseClient,
  before: string,
  after: SilencePlace,
  limit: number,
): Promise<SilentNotification[]> {
  const { rows } = await client.query<KeptRow & { heard_at: Date }>({
    name: 'lock silent',
    text: LOCK_SILENT,
    values: [before, after.heardAt, after.id, limit],
  });
  return rows.map((row) => ({
    record: recordFromRow(row),
    envelope: envelopeOf(row),
    place: { heardAt: row.heard_at.toISOString(), id: row.id },
  }));
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
