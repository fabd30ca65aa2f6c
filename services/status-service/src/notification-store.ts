import { type Database, type DatabaseClient, inTransaction } from '@notify/service-kit';
import { foldEvents, type NotificationRecord } from './fold-events.ts';
import { PROGRESS_COLUMNS, type ProgressRow, recordFromRow, rowFromRecord } from './notification-row.ts';
import { type ReceiptNews, receiptNews } from './receipt-news.ts';
import type { RecordEvent } from './record-event.ts';
import { type Reminders, reminderOf } from './reminders.ts';
import { countChanges } from './stats-counter-store.ts';
import type { Change } from './stats-delta.ts';

const COLUMN_TYPES = {
  id: 'uuid',
  status: 'text',
  channel: 'text',
  epoch: 'integer',
  hop: 'integer',
  attempt: 'integer',
  is_guess: 'boolean',
  attempts: 'jsonb',
  timeline: 'jsonb',
  notification_type: 'text',
  user_id: 'text',
  correlation_id: 'text',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  is_known: 'boolean',
  is_accepted: 'boolean',
  priority: 'text',
  channels: 'text[]',
  skipped: 'jsonb',
  metadata: 'jsonb',
  traceparent: 'text',
  mode: 'text',
  send_at: 'timestamptz',
  expires_at: 'timestamptz',
  confirm_within_seconds: 'integer',
  recipient: 'jsonb',
  content: 'jsonb',
  template: 'jsonb',
  variables: 'jsonb',
};
const COLUMNS = Object.keys(COLUMN_TYPES);
const FROM_ENVELOPE = COLUMNS.slice(COLUMNS.indexOf('priority'));
const PROGRESS = COLUMNS.slice(1, COLUMNS.indexOf('priority'));

/** All rows travel as one JSON parameter: a fixed statement, whatever the batch's size. */
const ROWS = `json_to_recordset($1::json) AS new (${Object.entries(COLUMN_TYPES)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')})`;

const INSERT = `INSERT INTO notifications (${COLUMNS.join(', ')})
  SELECT ${COLUMNS.map((name) => `new.${name}`).join(', ')} FROM ${ROWS} ORDER BY new.id
  ON CONFLICT (id) DO NOTHING RETURNING id`;

const LOCK = `SELECT ${PROGRESS_COLUMNS} FROM notifications WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE`;

/** The ids once more, so that only their months are looked at. */
const THESE = 'WHERE old.id = new.id AND old.id = ANY($2::uuid[])';

const UPDATE_PROGRESS = `UPDATE notifications AS old SET
  ${PROGRESS.map((name) => `${name} = new.${name}`).join(', ')}
  FROM ${ROWS} ${THESE}`;

const COMPLETE_STUBS = `UPDATE notifications AS old SET
  ${[...PROGRESS, ...FROM_ENVELOPE].map((name) => `${name} = new.${name}`).join(', ')}
  FROM ${ROWS} ${THESE}`;

type EventsById = Map<string, RecordEvent[]>;

function groupById(events: readonly RecordEvent[]): EventsById {
  const byId: EventsById = new Map();
  for (const event of events) {
    const group = byId.get(event.notification_id);
    if (group === undefined) byId.set(event.notification_id, [event]);
    else group.push(event);
  }
  return byId;
}

const STATEMENTS = { insert: INSERT, update_progress: UPDATE_PROGRESS, complete_stubs: COMPLETE_STUBS };

/** Named, so that each connection plans a statement once. */
function write(client: DatabaseClient, name: keyof typeof STATEMENTS, records: NotificationRecord[]) {
  const rows = JSON.stringify(records.map(rowFromRecord));
  const values = name === 'insert' ? [rows] : [rows, records.map(({ notificationId }) => notificationId)];
  return client.query<{ id: string }>({ name, text: STATEMENTS[name], values });
}

/** Writes and counts what became of notifications whose rows the caller has locked. */
export async function writeProgress(client: DatabaseClient, changes: Change[]): Promise<void> {
  if (changes.length === 0) return;
  await write(
    client,
    'update_progress',
    changes.map(({ after }) => after),
  );
  await countChanges(client, changes);
}

/** Where the record is kept. */
export interface RecordStorage {
  database: Database;
  reminders: Reminders;
}

interface Written {
  /** The groups whose rows are not there yet. */
  missing: EventsById;
  /** What the receipts among the events bring. */
  news: ReceiptNews[];
}

/**
 * Inserts those of `isNew` that are not there, then locks and folds all others.
 * Parallel writers can't deadlock: inserts wait for inserts only, in the order of ids; row locks are taken after
 * all inserts, in the order of ids, and only on rows that were committed before, so that they wait for row locks only.
 */
async function writeGroups(
  client: DatabaseClient,
  reminders: Reminders,
  groups: EventsById,
  isNew: (events: RecordEvent[]) => boolean,
): Promise<Written> {
  const missing: EventsById = new Map(groups);
  const written: Change[] = [];
  const fresh = [...groups.values()].filter(isNew).map((events) => foldEvents(undefined, events));
  if (fresh.length > 0) {
    const { rows } = await write(client, 'insert', fresh);
    for (const { id } of rows) missing.delete(id);
    const inserted = fresh.filter(({ notificationId }) => !missing.has(notificationId));
    written.push(...inserted.map((after) => ({ before: undefined, after })));
  }

  const repeated: NotificationRecord[] = [];
  if (missing.size > 0) {
    const { rows } = await client.query<ProgressRow>({ name: 'lock', text: LOCK, values: [[...missing.keys()]] });
    const changed: NotificationRecord[] = [];
    const completed: NotificationRecord[] = [];
    for (const row of rows) {
      const record = recordFromRow(row);
      const folded = foldEvents(record, missing.get(row.id) ?? []);
      missing.delete(row.id);
      if (folded === record) repeated.push(record);
      else {
        (folded.envelope === undefined ? changed : completed).push(folded);
        written.push({ before: record, after: folded });
      }
    }
    if (changed.length > 0) await write(client, 'update_progress', changed);
    if (completed.length > 0) await write(client, 'complete_stubs', completed);
  }
  await countChanges(client, written);

  const asked = written.flatMap(({ after: { notificationId } }) => (groups.get(notificationId) ?? []).map(reminderOf));
  await reminders.add(
    client,
    asked.filter((reminder) => reminder !== undefined),
  );
  // Also those that did not change: a crash may have come between a receipt and what follows from it.
  const news = [...written.map(({ after }) => after), ...repeated]
    .map((record) => receiptNews(record, groups.get(record.notificationId) ?? []))
    .filter((each) => each !== undefined);
  return { missing, news };
}

/**
 * Folds events into their records, in one transaction of two or three statements where all goes as usual.
 * A rowless event that is not `accepted` is early: it gets a stub in a further transaction, since inserting after
 * locking could deadlock. Doing it all again changes nothing.
 * @returns what the receipts of accepted notifications bring.
 * @throws what PostgreSQL throws: see isDataError for what will never succeed.
 */
export async function storeEvents(
  { database, reminders }: RecordStorage,
  events: readonly RecordEvent[],
): Promise<ReceiptNews[]> {
  const news: ReceiptNews[] = [];
  let groups = groupById(events);
  let isNew = (group: RecordEvent[]) => group.some(({ event }) => event === 'accepted');
  while (groups.size > 0) {
    const round = groups;
    const written = await inTransaction(database, (client) => writeGroups(client, reminders, round, isNew));
    news.push(...written.news);
    groups = written.missing;
    isNew = () => true;
  }
  return news;
}
