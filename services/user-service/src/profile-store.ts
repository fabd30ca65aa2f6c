import type { ProfileJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

/** Everything a delivery needs to know of a user, in one statement: workers ask for it on their way. */
export async function findProfile(database: Database, userId: string): Promise<ProfileJson | undefined> {
  const { rows } = await database.query<ProfileJson>(
    `SELECT user_id, email, phone, locale, timezone, name, preferences,
       coalesce(
         (SELECT json_agg(json_build_object('token', token, 'platform', platform, 'provider', provider) ORDER BY device_id)
          FROM devices WHERE devices.user_id = users.user_id),
         '[]'
       ) AS devices
     FROM users WHERE user_id = $1`,
    [userId],
  );
  return rows[0];
}
