import type { Database } from '@notify/service-kit';
import { apiKeyId, hashApiKey, SCOPES, type StoredApiKey } from './api-key.ts';

/** Makes the configured key usable, with every scope. An earlier bootstrap key stops working. */
export async function storeBootstrapKey(database: Database, key: string): Promise<void> {
  await database.query(
    `WITH earlier AS (
       UPDATE api_keys SET revoked_at = now() WHERE name = 'bootstrap' AND id <> $1 AND revoked_at IS NULL
     )
     INSERT INTO api_keys (id, key_hash, name, scopes) VALUES ($1, $2, 'bootstrap', $3)
     ON CONFLICT (id) DO UPDATE SET key_hash = excluded.key_hash, scopes = excluded.scopes, revoked_at = NULL`,
    [apiKeyId(key), hashApiKey(key), SCOPES],
  );
}

/** The key with this id, unless it was revoked. */
export async function findApiKey(database: Database, id: string): Promise<StoredApiKey | undefined> {
  const { rows } = await database.query<{ id: string; key_hash: Buffer; scopes: string[] }>(
    'SELECT id, key_hash, scopes FROM api_keys WHERE id = $1 AND revoked_at IS NULL',
    [id],
  );
  const row = rows[0];
  return row && { id: row.id, keyHash: row.key_hash, scopes: row.scopes };
}
