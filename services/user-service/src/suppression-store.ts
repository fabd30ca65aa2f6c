import { addressDigest } from '@notify/claims';
import type { SuppressibleChannel, SuppressionJson, SuppressionReason } from '@notify/contracts';
import type { Database, DatabaseClient } from '@notify/service-kit';
import { v7 as uuidv7 } from 'uuid';

export interface NewSuppression {
  channel: SuppressibleChannel;
  address: string;
  reason: SuppressionReason;
  /** Who said so, and how; not where it was added by hand. */
  provider?: string;
  errorCode?: string;
}

/** As the copy in Redis knows it. */
export interface SuppressedDigest {
  channel: SuppressibleChannel;
  digest: string;
}

interface SuppressionRow extends Omit<SuppressionJson, 'created_at'> {
  created_at: Date;
}

const COLUMNS = 'id, channel, address, reason, created_at';

const toSuppression = ({ created_at, ...row }: SuppressionRow): SuppressionJson => ({
  ...row,
  created_at: created_at.toISOString(),
});

export const digestOf = ({ channel, address }: Pick<NewSuppression, 'channel' | 'address'>): SuppressedDigest => ({
  channel,
  digest: addressDigest(address),
});

/** Adds what is not there yet; an address that is stays as it is, with its first reason. In no particular order. */
export async function addSuppressions(
  database: Database,
  suppressions: readonly NewSuppression[],
): Promise<{ suppression: SuppressionJson; isNew: boolean }[]> {
  const byKey = new Map<string, NewSuppression & SuppressedDigest>();
  for (const suppression of suppressions) {
    const { channel, digest } = digestOf(suppression);
    const key = `${channel} ${digest}`;
    if (!byKey.has(key)) byKey.set(key, { ...suppression, digest });
  }
  // In one order, whoever adds: else two batches could wait for each other.
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, suppression]) => suppression);
  const { rows } = await database.query<SuppressionRow & { is_new: boolean }>(
    `INSERT INTO suppressions (id, channel, address, address_digest, reason, provider, error_code)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
     ON CONFLICT (channel, address_digest) DO UPDATE SET reason = suppressions.reason
     RETURNING ${COLUMNS}, xmax = 0 AS is_new`,
    [
      sorted.map(() => uuidv7()),
      sorted.map(({ channel }) => channel),
      sorted.map(({ address }) => address),
      sorted.map(({ digest }) => digest),
      sorted.map(({ reason }) => reason),
      sorted.map(({ provider }) => provider),
      sorted.map(({ errorCode }) => errorCode),
    ],
  );
  return rows.map(({ is_new: isNew, ...row }) => ({ suppression: toSuppression(row), isNew }));
}

/** Newest first. @param filter.beforeId exclusive */
export async function listSuppressions(
  database: Database,
  limit: number,
  filter: { channel?: SuppressibleChannel; address?: string; beforeId?: string },
): Promise<SuppressionJson[]> {
  const digest = filter.address === undefined ? undefined : addressDigest(filter.address);
  const { rows } = await database.query<SuppressionRow>(
    `SELECT ${COLUMNS} FROM suppressions
     WHERE ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR address_digest = $3) AND ($4::uuid IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $1`,
    [limit, filter.channel, digest, filter.beforeId],
  );
  return rows.map(toSuppression);
}

/** Undefined: there is none with this id. */
export async function deleteSuppression(client: DatabaseClient, id: string): Promise<SuppressedDigest | undefined> {
  const { rows } = await client.query<SuppressedDigest>(
    'DELETE FROM suppressions WHERE id = $1 RETURNING channel, address_digest AS digest',
    [id],
  );
  return rows[0];
}

/** The digests among these that are suppressed on the channel. */
export async function suppressedAmong(
  client: DatabaseClient,
  channel: SuppressibleChannel,
  digests: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<SuppressedDigest>(
    'SELECT address_digest AS digest FROM suppressions WHERE channel = $1 AND address_digest = ANY ($2)',
    [channel, digests],
  );
  return rows.map(({ digest }) => digest);
}

/** A channel's digests in their order. @param after exclusive; the empty string starts from the beginning. */
export async function listDigests(
  client: DatabaseClient,
  channel: SuppressibleChannel,
  limit: number,
  after: string,
): Promise<string[]> {
  const { rows } = await client.query<SuppressedDigest>(
    `SELECT address_digest AS digest FROM suppressions WHERE channel = $1 AND address_digest > $2
     ORDER BY address_digest LIMIT $3`,
    [channel, after, limit],
  );
  return rows.map(({ digest }) => digest);
}
