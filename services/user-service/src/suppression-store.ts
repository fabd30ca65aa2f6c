import { createHash } from 'node:crypto';
import type { AddressDigest } from '@notify/claims';
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
  /** When it was said; not where it was added by hand, which always counts. */
  rejectedAt?: Date;
}

/** What is suppressed, and where. */
export type SuppressedAddress = Pick<NewSuppression, 'channel' | 'address'>;

/** One of a channel's, and what stands for it in Redis; null while it has not been copied. */
export interface CopiedSuppression {
  /** Null: its owner was erased. */
  address: string | null;
  addressDigest: string;
  copiedAs: string | null;
  reason: SuppressionReason;
}

interface SuppressionRow extends Omit<SuppressionJson, 'created_at'> {
  created_at: Date;
}

const COLUMNS = 'id, channel, address, reason, created_at';
const COPIED_COLUMNS = 'address, address_digest AS "addressDigest", copied_as AS "copiedAs", reason';

const toSuppression = ({ created_at, ...row }: SuppressionRow): SuppressionJson => ({
  ...row,
  created_at: created_at.toISOString(),
});

/** Tells addresses apart here, whatever their case. It is no secret: the address stands beside it. */
const digestOf = (address: string): string =>
  createHash('sha256').update(address.toLowerCase()).digest().subarray(0, 16).toString('base64url');

/**
 * Adds what is not there yet; an address that is stays as it is, with its first reason, and one that was allowed again since it was
 * rejected stays allowed. In no particular order.
 * @returns those that are there now.
 */
export async function addSuppressions(
  database: Database,
  suppressions: readonly NewSuppression[],
): Promise<{ suppression: SuppressionJson; isNew: boolean }[]> {
  // In one order, whoever adds: else two batches could wait for each other.
  const { rows } = await database.query<SuppressionRow & { is_new: boolean }>(
    `INSERT INTO suppressions (id, channel, address, address_digest, reason, provider, error_code)
     SELECT DISTINCT ON (channel, digest) id, channel, address, digest, reason, provider, error_code
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[])
       WITH ORDINALITY AS asked (id, channel, address, digest, reason, provider, error_code, rejected_at, place)
     WHERE NOT EXISTS (
       SELECT 1 FROM lifted_suppressions AS lifted
       WHERE lifted.channel = asked.channel AND lifted.address_digest = asked.digest AND asked.rejected_at <= lifted.lifted_at
     )
     ORDER BY channel, digest, place
     ON CONFLICT (channel, address_digest) DO UPDATE SET reason = suppressions.reason
     RETURNING ${COLUMNS}, xmax = 0 AS is_new`,
    [
      suppressions.map(() => uuidv7()),
      suppressions.map(({ channel }) => channel),
      suppressions.map(({ address }) => address),
      suppressions.map(({ address }) => digestOf(address)),
      suppressions.map(({ reason }) => reason),
      suppressions.map(({ provider }) => provider),
      suppressions.map(({ errorCode }) => errorCode),
      suppressions.map(({ rejectedAt }) => rejectedAt),
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
  const digest = filter.address === undefined ? undefined : digestOf(filter.address);
  const { rows } = await database.query<SuppressionRow>(
    `SELECT ${COLUMNS} FROM suppressions
     WHERE ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR address_digest = $3) AND ($4::uuid IS NULL OR id < $4)
     ORDER BY id DESC LIMIT $1`,
    [limit, filter.channel, digest, filter.beforeId],
  );
  return rows.map(toSuppression);
}

/** Remembers that it did. Undefined: there is none with this id. */
export async function deleteSuppression(
  client: DatabaseClient,
  id: string,
): Promise<(CopiedSuppression & Pick<NewSuppression, 'channel'>) | undefined> {
  const { rows } = await client.query<CopiedSuppression & Pick<NewSuppression, 'channel'>>(
    `WITH deleted AS (DELETE FROM suppressions WHERE id = $1 RETURNING channel, address, address_digest, copied_as, reason),
     lifted AS (
       INSERT INTO lifted_suppressions (channel, address_digest) SELECT channel, address_digest FROM deleted
       ON CONFLICT (channel, address_digest) DO UPDATE SET lifted_at = excluded.lifted_at
     )
     SELECT channel, ${COPIED_COLUMNS} FROM deleted`,
    [id],
  );
  return rows[0];
}

/** Those among the addresses that are suppressed on the channel. */
export async function suppressedAmong(
  client: DatabaseClient,
  channel: SuppressibleChannel,
  addresses: readonly string[],
): Promise<CopiedSuppression[]> {
  const { rows } = await client.query<CopiedSuppression>(
    `SELECT ${COPIED_COLUMNS} FROM suppressions WHERE channel = $1 AND address_digest = ANY ($2)`,
    [channel, addresses.map(digestOf)],
  );
  return rows;
}

/** A channel's, in the order of `addressDigest`. @param after exclusive; the empty string starts from the beginning. */
export async function listToCopy(
  client: DatabaseClient,
  channel: SuppressibleChannel,
  limit: number,
  after: string,
): Promise<CopiedSuppression[]> {
  const { rows } = await client.query<CopiedSuppression>(
    `SELECT ${COPIED_COLUMNS} FROM suppressions WHERE channel = $1 AND address_digest > $2
     ORDER BY address_digest LIMIT $3`,
    [channel, after, limit],
  );
  return rows;
}

/** Keeps what stands for them in Redis. */
export async function keepCopiedAs(
  client: DatabaseClient,
  channel: SuppressibleChannel,
  copied: readonly CopiedSuppression[],
): Promise<void> {
  await client.query(
    `UPDATE suppressions SET copied_as = copied.copied_as
     FROM unnest($2::text[], $3::text[]) AS copied (address_digest, copied_as)
     WHERE channel = $1 AND suppressions.address_digest = copied.address_digest`,
    [channel, copied.map(({ addressDigest }) => addressDigest), copied.map(({ copiedAs }) => copiedAs)],
  );
}

/** What of Redis's digests stands for a suppression of the channel. */
export async function copiedAmong(
  client: DatabaseClient,
  channel: SuppressibleChannel,
  digests: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ copied_as: string }>(
    'SELECT copied_as FROM suppressions WHERE channel = $1 AND copied_as = ANY ($2)',
    [channel, digests],
  );
  return rows.map(({ copied_as: copiedAs }) => copiedAs);
}

/** Its owner is erased: the address goes, what stands for it here and in Redis stays, so that nothing is ever sent to it again. */
export async function forgetAddress(
  client: DatabaseClient,
  channel: SuppressibleChannel,
  address: string,
  copyDigestOf: AddressDigest,
): Promise<void> {
  await client.query(
    'UPDATE suppressions SET address = NULL, copied_as = $3 WHERE channel = $1 AND address_digest = $2',
    [channel, digestOf(address), copyDigestOf(address)],
  );
}
