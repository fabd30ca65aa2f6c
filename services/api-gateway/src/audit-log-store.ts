import type { AuditEntryJson, AuditQueryJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

export async function addAuditEntry(database: Database, entry: AuditEntryJson): Promise<void> {
  await database.query(
    `INSERT INTO audit_log (at, api_key_id, operation, target, status, correlation_id) VALUES ($1, $2, $3, $4, $5, $6)`,
    [entry.at, entry.api_key_id, entry.operation, JSON.stringify(entry.target), entry.status, entry.correlation_id],
  );
}

export interface ListedAuditEntry extends AuditEntryJson {
  /** Its place; higher is newer. */
  id: string;
}

/** Newest first. @param beforeId exclusive */
export async function listAuditEntries(
  database: Database,
  { api_key_id: apiKeyId, limit }: Pick<AuditQueryJson, 'api_key_id' | 'limit'>,
  beforeId = '9223372036854775807',
): Promise<ListedAuditEntry[]> {
  const { rows } = await database.query<Omit<ListedAuditEntry, 'at'> & { at: Date }>(
    `SELECT id, at, api_key_id, operation, target, status, correlation_id FROM audit_log
     WHERE id < $1 AND ($2::text IS NULL OR api_key_id = $2) ORDER BY id DESC LIMIT $3`,
    [beforeId, apiKeyId ?? null, limit],
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}
