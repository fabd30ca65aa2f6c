import type { AddressDigest } from '@notify/claims';
import { type Database, type DatabaseClient, inTransaction } from '@notify/service-kit';
import { forgetAddress } from './suppression-store.ts';

/**
 * Deletes a user with devices and preferences, and notes that everybody has to be told. Their addresses leave the suppressions, which go on
 * holding by their digests. False: no such user.
 * @param copyDigestOf what stands for an address in Redis.
 */
export function eraseUser(database: Database, userId: string, copyDigestOf: AddressDigest): Promise<boolean> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<{ email: string | null; phone: string | null }>(
      'DELETE FROM users WHERE user_id = $1 RETURNING email, phone',
      [userId],
    );
    const contacts = rows[0];
    if (contacts === undefined) return false;
    if (contacts.email !== null) await forgetAddress(client, 'email', contacts.email, copyDigestOf);
    if (contacts.phone !== null) await forgetAddress(client, 'sms', contacts.phone, copyDigestOf);
    await client.query(
      `INSERT INTO erasures (user_id, erased_at, times_told, next_at) VALUES ($1, now(), 0, now())
       ON CONFLICT (user_id) DO UPDATE SET erased_at = excluded.erased_at, times_told = 0, next_at = excluded.next_at`,
      [userId],
    );
    return true;
  });
}

export interface DueErasure {
  userId: string;
  erasedAt: Date;
  /** How often everybody has been told already. */
  timesTold: number;
}

/** Those that are to be told now; no other instance gets them until the transaction ends. */
export async function takeDueErasures(client: DatabaseClient, limit: number): Promise<DueErasure[]> {
  const { rows } = await client.query<DueErasure>(
    `SELECT user_id AS "userId", erased_at AS "erasedAt", times_told AS "timesTold" FROM erasures
     WHERE next_at <= now() ORDER BY next_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
    [limit],
  );
  return rows;
}

/** @param delaySeconds until it is told again; undefined: never, and it is forgotten. */
export async function keepTold(
  client: DatabaseClient,
  { userId }: DueErasure,
  delaySeconds: number | undefined,
): Promise<void> {
  if (delaySeconds === undefined) {
    await client.query('DELETE FROM erasures WHERE user_id = $1', [userId]);
    return;
  }
  await client.query(
    'UPDATE erasures SET times_told = times_told + 1, next_at = now() + make_interval(secs => $2) WHERE user_id = $1',
    [userId, delaySeconds],
  );
}
