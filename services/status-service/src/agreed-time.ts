import type { Database } from '@notify/service-kit';

const MAX_DIFFERENCE_MS = 86_400_000;

/**
 * The time of PostgreSQL, for what can't be undone.
 * @param ownTime of this machine.
 * @throws when the two are more than a day apart: one of the clocks is wrong, and nobody can tell which.
 */
export async function agreedTime(database: Pick<Database, 'query'>, ownTime: Date): Promise<Date> {
  const { rows } = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const now = rows[0]?.now;
  if (now === undefined || Math.abs(now.getTime() - ownTime.getTime()) > MAX_DIFFERENCE_MS) {
    throw new Error(
      `the clocks are more than a day apart: ${ownTime.toISOString()} here, ${now?.toISOString()} in PostgreSQL`,
    );
  }
  return now;
}
