import type { PreferenceSwitchesJson, PreferencesJson, UserJson, UserRequestJson } from '@notify/contracts';
import { type Database, inTransaction } from '@notify/service-kit';
import { withSwitches } from './preference-switches.ts';

interface UserRow extends Omit<UserJson, 'created_at' | 'updated_at'> {
  created_at: Date;
  updated_at: Date;
}

/** What a client can set, and at the same time the columns that hold it. */
const SETTABLE = ['email', 'country', 'phone', 'locale', 'timezone', 'name', 'metadata'] as const;
const COLUMNS = `user_id, ${SETTABLE.join(', ')}, created_at, updated_at`;

function toUser(row: UserRow): UserJson {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}

/** Creates or replaces: what is left out is emptied. Devices and preferences stay. */
export async function putUser(
  database: Database,
  userId: string,
  user: UserRequestJson,
): Promise<{ user: UserJson; isNew: boolean }> {
  const { rows } = await database.query<UserRow & { is_new: boolean }>(
    `INSERT INTO users (user_id, ${SETTABLE.join(', ')}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (user_id) DO UPDATE
       SET ${SETTABLE.map((column) => `${column} = excluded.${column}`).join(', ')}, updated_at = now()
     RETURNING ${COLUMNS}, xmax = 0 AS is_new`,
    [
      userId,
      user.email,
      user.country,
      user.phone,
      user.locale,
      user.timezone,
      user.name,
      JSON.stringify(user.metadata ?? {}),
    ],
  );
  const { is_new: isNew, ...row } = rows[0] as UserRow & { is_new: boolean };
  return { user: toUser(row), isNew };
}

/** Sets what is given, null included; what is left out stays. Undefined: no such user. */
export async function patchUser(
  database: Database,
  userId: string,
  patch: UserRequestJson,
): Promise<UserJson | undefined> {
  const changed = SETTABLE.filter((column) => patch[column] !== undefined);
  const { rows } = await database.query<UserRow>(
    `UPDATE users SET ${changed.map((column, index) => `${column} = $${index + 2}, `).join('')}updated_at = now()
     WHERE user_id = $1 RETURNING ${COLUMNS}`,
    [userId, ...changed.map((column) => (column === 'metadata' ? JSON.stringify(patch.metadata) : patch[column]))],
  );
  return rows[0] && toUser(rows[0]);
}

export async function findUser(database: Database, userId: string): Promise<UserJson | undefined> {
  const { rows } = await database.query<UserRow>(`SELECT ${COLUMNS} FROM users WHERE user_id = $1`, [userId]);
  return rows[0] && toUser(rows[0]);
}

export async function userExists(database: Database, userId: string): Promise<boolean> {
  const { rowCount } = await database.query('SELECT 1 FROM users WHERE user_id = $1', [userId]);
  return rowCount === 1;
}

/** Users by id. @param afterUserId exclusive; the empty string starts from the beginning. */
export async function listUsers(database: Database, limit: number, afterUserId = ''): Promise<UserJson[]> {
  const { rows } = await database.query<UserRow>(
    `SELECT ${COLUMNS} FROM users WHERE user_id > $1 ORDER BY user_id LIMIT $2`,
    [afterUserId, limit],
  );
  return rows.map(toUser);
}

export async function findPreferences(database: Database, userId: string): Promise<PreferencesJson | undefined> {
  const { rows } = await database.query<{ preferences: PreferencesJson }>(
    'SELECT preferences FROM users WHERE user_id = $1',
    [userId],
  );
  return rows[0]?.preferences;
}

/** Replaces them. False: no such user. */
export async function putPreferences(
  database: Database,
  userId: string,
  preferences: PreferencesJson,
): Promise<boolean> {
  const { rowCount } = await database.query(
    'UPDATE users SET preferences = $2, updated_at = now() WHERE user_id = $1',
    [userId, JSON.stringify(preferences)],
  );
  return rowCount === 1;
}

/** Sets single switches, whoever else is changing the preferences at the same time. Undefined: no such user. */
export async function switchPreferences(
  database: Database,
  userId: string,
  switches: PreferenceSwitchesJson,
): Promise<PreferencesJson | undefined> {
  return inTransaction(database, async (client) => {
    const { rows } = await client.query<{ preferences: PreferencesJson }>(
      'SELECT preferences FROM users WHERE user_id = $1 FOR UPDATE',
      [userId],
    );
    if (rows[0] === undefined) return undefined;
    const preferences = withSwitches(rows[0].preferences, switches);
    await client.query('UPDATE users SET preferences = $2, updated_at = now() WHERE user_id = $1', [
      userId,
      JSON.stringify(preferences),
    ]);
    return preferences;
  });
}
