import { type Database, type DatabaseClient, inTransaction } from '@notify/service-kit';
import { addMonths, type Month, partitionOfMonth, startOfMonth } from './months.ts';

/** Whoever waits longer for the table would hold up everybody behind: the next time will do. */
const LOCK_TIMEOUT_MS = 2_000;
/** Rows deleted in one statement. */
const DELETE_BATCH_SIZE = 5_000;

/** A part of the record: a range of ids, and so of the time at which they were made. */
export interface Partition {
  name: string;
  /** In milliseconds since 1970; the start counts, the end does not. */
  fromMs: number;
  untilMs: number;
}

/** Ids of version 7 begin with the milliseconds at which they were made. */
const timeOf = (id: string): number => Number.parseInt(id.replace('-', '').slice(0, 12), 16);

/** The partitions with a range, so without `notifications_rest`. */
export async function listPartitions(database: Pick<Database, 'query'>): Promise<Partition[]> {
  const { rows } = await database.query<{ name: string; bound: string }>(
    `SELECT relname AS name, pg_get_expr(relpartbound, oid) AS bound FROM pg_class
     JOIN pg_inherits ON inhrelid = oid WHERE inhparent = 'notifications'::regclass ORDER BY relname`,
  );
  return rows.flatMap(({ name, bound }): Partition[] => {
    const [, from = '', until = ''] = /^FOR VALUES FROM \((.+)\) TO \('(.+)'\)$/.exec(bound) ?? [];
    if (until === '') return [];
    return [{ name, fromMs: from === 'MINVALUE' ? 0 : timeOf(from.replaceAll("'", '')), untilMs: timeOf(until) }];
  });
}

/** One instance changes partitions at a time, and nobody waits long for it. */
function changePartitions<T>(database: Database, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  return inTransaction(database, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('notifications partitions'))`);
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    return work(client);
  });
}

/**
 * Ids of other systems may look as if they were made then: such rows move, since PostgreSQL would refuse a partition for what another one has.
 * The whole table is locked first, and so its parts after it, as readers do it: the other way round they would deadlock.
 */
async function createPartition(client: DatabaseClient, name: string, range: readonly [Date, Date]): Promise<void> {
  const [from, until] = range.map((date) => `first_id_at('${date.toISOString()}')`);
  await client.query(`
    LOCK TABLE notifications IN ACCESS EXCLUSIVE MODE;
    CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
      SELECT * FROM notifications_rest WHERE id >= ${from} AND id < ${until};
    DELETE FROM notifications_rest WHERE id IN (SELECT id FROM moved);
    CREATE TABLE ${name} PARTITION OF notifications FOR VALUES FROM (${from}) TO (${until}) WITH (fillfactor = 85);
    INSERT INTO notifications SELECT * FROM moved;
    DROP TABLE moved`);
}

/**
 * Creates the partitions of these months, where there is none for them yet.
 * @throws what PostgreSQL throws when the table is busy for too long; trying again later is harmless.
 */
export async function createPartitions(database: Database, months: readonly Month[]): Promise<void> {
  await changePartitions(database, async (client) => {
    const partitions = await listPartitions(client);
    for (const month of months) {
      const start = startOfMonth(month);
      if (partitions.some(({ fromMs, untilMs }) => fromMs <= start.getTime() && start.getTime() < untilMs)) continue;
      await createPartition(client, partitionOfMonth(month), [start, startOfMonth(addMonths(month, 1))]);
    }
  });
}

/**
 * Drops a partition with all that is in it; its files go once the locks are released.
 * @returns false: something in it is not settled, so that it stays.
 * @throws as createPartitions does.
 */
export function dropPartition(database: Database, { name }: Partition): Promise<boolean> {
  return changePartitions(database, async (client) => {
    if (!(await listPartitions(client)).some((each) => each.name === name)) return true;
    const { rowCount } = await client.query(
      `SELECT FROM ${name} WHERE status IN ('accepted', 'scheduled', 'processing', 'retrying') LIMIT 1`,
    );
    if (rowCount !== 0) return false;
    await client.query(`DROP TABLE ${name}`);
    return true;
  });
}

const DELETES = [
  `DELETE FROM notifications_rest WHERE id IN (SELECT id FROM notifications_rest
     WHERE created_at < $1 AND status NOT IN ('accepted', 'scheduled', 'processing', 'retrying')
     ORDER BY created_at LIMIT ${DELETE_BATCH_SIZE})`,
  `DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters
     WHERE received_at < $1 ORDER BY received_at LIMIT ${DELETE_BATCH_SIZE})`,
];

/** Deletes, in batches, what is in no month: dead letters, and what has an id of another system. @returns how many. */
export async function deleteOlderThan(database: Database, before: Date): Promise<number> {
  let deleted = 0;
  for (const text of DELETES) {
    let count: number;
    do {
      count = (await database.query(text, [before])).rowCount ?? 0;
      deleted += count;
    } while (count === DELETE_BATCH_SIZE);
  }
  return deleted;
}
