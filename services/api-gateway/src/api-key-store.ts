import { type ApiKeyJson, type ApiKeyRequestJson, SCOPES, type Scope } from '@notify/contracts';
import type { Database } from '@notify/service-kit';
import { apiKeyId, hashApiKey, type StoredApiKey } from './api-key.ts';

/** How long the old key stays good after a rotation, so that it can be changed everywhere in peace. */
const ROTATION_OVERLAP = '24 hours';

interface ApiKeyRow extends Omit<ApiKeyJson, 'created_at' | 'expires_at' | 'last_used_at'> {
  created_at: Date;
  expires_at: Date | null;
  last_used_at: Date | null;
}
/** The name of the key that the settings give; nobody else may have it. */
export const BOOTSTRAP = 'bootstrap';

const COLUMNS = 'id, name, scopes, created_at, expires_at, last_used_at';

function toApiKey(row: ApiKeyRow): ApiKeyJson {
  return {
    ...row,
    created_at: row.created_at.toISOString(),
    expires_at: row.expires_at?.toISOString() ?? null,
    last_used_at: row.last_used_at?.toISOString() ?? null,
  };
}

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

/** The key with this id, unless it was revoked or has expired. */
export async function findApiKey(database: Database, id: string): Promise<StoredApiKey | undefined> {
  const { rows } = await database.query<{
    id: string;
    key_hash: Buffer;
    previous_hash: Buffer | null;
    scopes: Scope[];
    expires_at: Date | null;
  }>(
    `SELECT id, key_hash, CASE WHEN previous_until > now() THEN previous_hash END AS previous_hash, scopes, expires_at
     FROM api_keys WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    [id],
  );
  const row = rows[0];
  return (
    row && {
      id: row.id,
      keyHash: row.key_hash,
      previousHash: row.previous_hash ?? undefined,
      scopes: row.scopes,
      expiresAt: row.expires_at ?? undefined,
    }
  );
}

export async function addApiKey(
  database: Database,
  key: string,
  { name, scopes, environment, expires_at: expiresAt }: ApiKeyRequestJson,
): Promise<ApiKeyJson> {
  const { rows } = await database.query<ApiKeyRow>(
    `INSERT INTO api_keys (id, key_hash, name, scopes, environment, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
     RETURNING ${COLUMNS}`,
    [apiKeyId(key), hashApiKey(key), name, scopes, environment, expiresAt],
  );
  return toApiKey(rows[0] as ApiKeyRow);
}

/** Those that were not revoked, by id. @param afterId exclusive */
export async function listApiKeys(database: Database, limit: number, afterId = ''): Promise<ApiKeyJson[]> {
  const { rows } = await database.query<ApiKeyRow>(
    `SELECT ${COLUMNS} FROM api_keys WHERE id > $1 COLLATE "C" AND revoked_at IS NULL ORDER BY id COLLATE "C" LIMIT $2`,
    [afterId, limit],
  );
  return rows.map(toApiKey);
}

/** What kind of key this is; the key of the settings only they can change. Undefined: there is no such key. */
export async function findKeyKind(
  database: Database,
  id: string,
): Promise<{ environment: 'live' | 'test'; isBootstrap: boolean } | undefined> {
  const { rows } = await database.query<{ name: string; environment: 'live' | 'test' }>(
    'SELECT name, environment FROM api_keys WHERE id = $1 AND revoked_at IS NULL',
    [id],
  );
  return rows[0] && { environment: rows[0].environment, isBootstrap: rows[0].name === BOOTSTRAP };
}

/**
 * Gives a key another secret; the old one stays good for 24 hours. Rotated again meanwhile, it is still that old one which does: the
 * caller may never have got the answer, and so never have used the secret between them.
 * @returns undefined: there is no such key.
 */
export async function rotateApiKey(database: Database, key: string): Promise<ApiKeyJson | undefined> {
  const { rows } = await database.query<ApiKeyRow>(
    `UPDATE api_keys SET key_hash = $2,
       previous_hash = CASE WHEN previous_until > now() THEN previous_hash ELSE key_hash END,
       previous_until = CASE WHEN previous_until > now() THEN previous_until ELSE now() + $3::interval END
     WHERE id = $1 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
    [apiKeyId(key), hashApiKey(key), ROTATION_OVERLAP],
  );
  return rows[0] && toApiKey(rows[0]);
}

/** False: there is no such key. */
export async function revokeApiKey(database: Database, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL',
    [id],
  );
  return rowCount === 1;
}

/** Notes that keys were used just now. */
export async function noteUse(database: Database, ids: readonly string[]): Promise<void> {
  await database.query('UPDATE api_keys SET last_used_at = now() WHERE id = ANY($1)', [ids]);
}
