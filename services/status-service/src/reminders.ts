import type { Position } from '@notify/contracts';
import {
  type Database,
  type DatabaseClient,
  errorFields,
  inTransaction,
  type Lifecycle,
  type Logger,
} from '@notify/service-kit';
import { type Db, PgBoss } from 'pg-boss';
import { v5 as uuidv5 } from 'uuid';
import type { RecordEvent } from './record-event.ts';
import { waitBegunBy } from './waits.ts';

const SCHEMA = 'reminders';
const QUEUE = 'reminders';
/** For ids by RFC 9562, version 5; any fixed one does. */
const NAMESPACE = 'a3c1f6de-5c0e-4a53-9f3b-6f0c0a1c7c52';

/** Something about a notification that has to be looked at later. */
export interface Reminder extends Position {
  /** Derived from the event that asked for it, so that a repeat adds none. */
  id: string;
  /** `send`: it is to go out now. `resume`: what it waited for is over. `confirm`: a receipt should have come for this position. */
  kind: 'send' | 'resume' | 'confirm';
  /** Of `resume`: the wait's name. */
  wait?: string;
  notificationId: string;
  /** RFC 3339. */
  at: string;
}

/** What is waiting, by its time. pg-boss's own index is in the order of arrival: of a million for later it would read each at every look. */
const INDEX = `CREATE INDEX IF NOT EXISTS reminders_by_time ON ${SCHEMA}.job_common (start_after)
  WHERE state < 'active' AND NOT blocked`;

/** The earliest alone, whatever the statistics make the planner believe. */
const IS_ANY_DUE = `SELECT start_after <= now() AS "isDue" FROM ${SCHEMA}.job_common
  WHERE state < 'active' AND NOT blocked ORDER BY start_after LIMIT 1`;

/** Kept in PostgreSQL beside the notifications, in a schema of its own. All methods are part of the caller's transaction. */
export interface Reminders {
  add(client: DatabaseClient, reminders: readonly Reminder[]): Promise<void>;
  /** Takes those whose time has come away; no other transaction sees them. A rollback, or a crash, gives them back at once. */
  take(client: DatabaseClient, limit: number): Promise<Reminder[]>;
}

/** What an event asks to be reminded of: when it is to be sent, or goes on, or by when a receipt is due. */
export function reminderOf(event: RecordEvent): Reminder | undefined {
  const { event_id: eventId, notification_id: notificationId, epoch, hop, attempt, confirm_by: confirmBy } = event;
  const remind = (kind: Reminder['kind'], at: string, wait?: string): Reminder => {
    const id = uuidv5(`${eventId}.${kind}`, NAMESPACE);
    return { id, kind, wait, notificationId, epoch, hop, attempt, at };
  };
  const begun = waitBegunBy(event.timeline);
  if (begun !== undefined) return remind('resume', begun.until, begun.wait.name);
  const sendAt = event.status === 'scheduled' ? event.envelope?.send_at : undefined;
  if (sendAt !== undefined) return remind('send', sendAt);
  return confirmBy === undefined ? undefined : remind('confirm', confirmBy);
}

/**
 * Reminders as jobs of pg-boss, of which this is all that is used: its table, its insert that a repeat does not double, its fetch that never
 * waits. Its own workers would mark a job as active in a transaction of its own, where a crash leaves it until a timeout (docs/decisions/0008).
 * @throws when the schema can't be made or brought up to date; the service then fails to start.
 */
export async function openReminders(database: Database, logger: Logger, lifecycle: Lifecycle): Promise<Reminders> {
  const boss = new PgBoss({
    db: within(database),
    schema: SCHEMA,
    // Its maintenance is for finished and abandoned jobs: here a job is deleted by the transaction that took it.
    supervise: false,
    schedule: false,
  });
  boss.on('error', (error) => logger.warn('pg-boss', errorFields(error)));
  await boss.start();
  lifecycle.onShutdown('reminders', () => boss.stop());
  await boss.createQueue(QUEUE);
  // Has pg-boss look the queue up now: within a transaction it would take a second connection for it, and with every one taken wait for ever.
  await boss.insert(QUEUE, []);
  await createIndex(database);

  return {
    async add(client, reminders) {
      const jobs = new Map(
        reminders.map(({ id, at, ...data }) => [id, { id, data: { ...data, at }, startAfter: at }] as const),
      );
      if (jobs.size > 0) await boss.insert(QUEUE, [...jobs.values()], { db: within(client) });
    },
    async take(client, limit) {
      const earliest = await client.query<{ isDue: boolean }>({ name: 'is any reminder due', text: IS_ANY_DUE });
      if (!earliest.rows[0]?.isDue) return [];
      const db = within(client);
      const jobs = await boss.fetch<Omit<Reminder, 'id'>>(QUEUE, { batchSize: limit, db });
      const ids = jobs.map(({ id }) => id);
      if (ids.length > 0) await boss.deleteJob(QUEUE, ids, { db });
      return jobs.map(({ id, data }) => ({ id, ...data }));
    },
  };
}

/** One instance at a time: two that create the same index at once would get in each other's way, IF NOT EXISTS or not. */
async function createIndex(database: Database): Promise<void> {
  await inTransaction(database, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('${SCHEMA}'))`);
    await client.query(INDEX);
  });
}

const within = (queries: Pick<DatabaseClient, 'query'>): Db => ({
  executeSql: (text, values) => queries.query(text, values),
});
