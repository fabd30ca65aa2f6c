import { createHash } from 'node:crypto';
import type { Device } from '@notify/contracts';
import { type Database, inTransaction } from '@notify/service-kit';

const FOREIGN_KEY_VIOLATION = '23503';

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export interface Registration {
  /** False: this user had this token before. */
  isNew: boolean;
  /** The user who had it until now, where it was another one. */
  previousUserId: string | undefined;
}

/** Gives a device to a user; a token that another user had moves. Undefined: no such user. */
export async function registerDevice(
  database: Database,
  userId: string,
  { token, platform, provider }: Device,
): Promise<Registration | undefined> {
  const hash = hashOf(token);
  try {
    return await inTransaction(database, async (client) => {
      // One registration of a token at a time, so that the user who loses it is always known, and told to the caches:
      // else their messages could go on to a device that is someone else's now.
      await client.query('SELECT pg_advisory_xact_lock($1)', [hash.readBigInt64BE()]);
      const { rows } = await client.query<{ user_id: string }>('SELECT user_id FROM devices WHERE token_hash = $1', [
        hash,
      ]);
      await client.query(
        `INSERT INTO devices (token_hash, user_id, token, platform, provider) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (token_hash) DO UPDATE
           SET user_id = excluded.user_id, platform = excluded.platform, provider = excluded.provider, registered_at = now()`,
        [hash, userId, token, platform, provider],
      );
      const before = rows[0]?.user_id;
      return { isNew: before !== userId, previousUserId: before === userId ? undefined : before };
    });
  } catch (error) {
    if ((error as { code?: string }).code === FOREIGN_KEY_VIOLATION) return undefined;
    throw error;
  }
}

export interface ListedDevice extends Device {
  device_id: string;
}

/** A user's devices, oldest first. @param afterDeviceId exclusive */
export async function listDevices(
  database: Database,
  userId: string,
  limit: number,
  afterDeviceId = '0',
): Promise<ListedDevice[]> {
  const { rows } = await database.query<ListedDevice>(
    `SELECT device_id, token, platform, provider FROM devices
     WHERE user_id = $1 AND device_id > $2 ORDER BY device_id LIMIT $3`,
    [userId, afterDeviceId, limit],
  );
  return rows;
}

/** False: this user has no such device. */
export async function deleteDevice(database: Database, userId: string, token: string): Promise<boolean> {
  const { rowCount } = await database.query('DELETE FROM devices WHERE token_hash = $1 AND user_id = $2', [
    hashOf(token),
    userId,
  ]);
  return rowCount === 1;
}

/**
 * Deletes devices that their provider called dead, unless the app has registered the token again since: a late or
 * repeated event must not take a living device away.
 * @returns the users who lost one.
 */
export async function deleteDeadDevices(
  database: Database,
  dead: { token: string; rejectedAt: Date }[],
): Promise<string[]> {
  const { rows } = await database.query<{ user_id: string }>(
    `DELETE FROM devices USING unnest($1::bytea[], $2::timestamptz[]) AS dead (token_hash, rejected_at)
     WHERE devices.token_hash = dead.token_hash AND date_trunc('milliseconds', registered_at) <= rejected_at
     RETURNING user_id`,
    [dead.map(({ token }) => hashOf(token)), dead.map(({ rejectedAt }) => rejectedAt)],
  );
  return [...new Set(rows.map((row) => row.user_id))];
}
