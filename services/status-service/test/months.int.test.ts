import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '@notify/service-kit';
import { createTestDatabase, createTestKit, eventually } from '@notify/testing';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { agreedTime } from '../src/agreed-time.ts';
import { createMonths, dropOldMonths } from '../src/keep-months.ts';
import { listNotifications } from '../src/notification-query-store.ts';
import { createPartitions, listPartitions } from '../src/partition-store.ts';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const BY_MONTH = '000010_partitions_by_month.sql';
const NOW = new Date('2031-05-20T12:00:00Z');
const kit = createTestKit('months');
let server: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;

beforeAll(async () => {
  server = await createTestDatabase();
  database = await openDatabase({ url: server.url, poolSize: 3, migrationsDir: MIGRATIONS }, kit.logger, kit.lifecycle);
});
afterAll(async () => {
  await kit.lifecycle.shutdown('end of the test');
  await server.drop();
});

const idMadeAt = (at: string) => uuidv7({ msecs: Date.parse(at) });
const INSERT = `INSERT INTO notifications (id, status, epoch, hop, attempt, attempts, timeline, notification_type, correlation_id,
  created_at, updated_at, is_accepted, channels, metadata)
  VALUES ($1, $2, 0, 0, 1, '[]', '[]', 'alert', 'c', $3, $3, true, '{email}', '{}')`;
const insert = (id: string, at: string, status = 'sent', into: Database = database) =>
  into.query(INSERT, [id, status, at]);
const names = async () => (await listPartitions(database)).map(({ name }) => name);
async function partitionOf(id: string): Promise<string | undefined> {
  const { rows } = await database.query('SELECT tableoid::regclass::text AS name FROM notifications WHERE id = $1', [
    id,
  ]);
  return rows[0]?.name;
}

test('this month and the next three are there, each once, though several instances create them', async () => {
  await Promise.all([createMonths(database, NOW), createMonths(database, NOW), createMonths(database, NOW)]);
  expect(await names()).toEqual([
    'notifications_2031_05',
    'notifications_2031_06',
    'notifications_2031_07',
    'notifications_2031_08',
  ]);
});

test('a notification lies in the month in which its id was made, to the millisecond; an id of another kind has a place too', async () => {
  await createMonths(database, NOW);
  const places: [string, string][] = [
    ['2031-05-31T23:59:59.999Z', 'notifications_2031_05'],
    ['2031-06-01T00:00:00.000Z', 'notifications_2031_06'],
    ['2031-09-01T00:00:00.000Z', 'notifications_rest'],
  ];
  for (const [at, name] of places) {
    const id = idMadeAt(at);
    await insert(id, at);
    expect(await partitionOf(id)).toBe(name);
    await database.query('DELETE FROM notifications WHERE id = $1', [id]);
  }
  const foreign = uuidv4();
  await insert(foreign, NOW.toISOString());
  expect(await partitionOf(foreign)).toBe('notifications_rest');
});

test('an id of another system that looks like one of a month to come does not keep that month from being created', async () => {
  const id = idMadeAt('2032-01-10T00:00:00Z');
  await insert(id, NOW.toISOString());
  expect(await partitionOf(id)).toBe('notifications_rest');
  await createPartitions(database, ['2032-01', '2032-02']);
  expect(await partitionOf(id)).toBe('notifications_2032_01');
});

test('a month is created beside somebody who reads them all: one waits for the other', async () => {
  const reader = await database.connect();
  try {
    await reader.query('BEGIN; LOCK TABLE ONLY notifications IN ACCESS SHARE MODE');
    const created = createPartitions(database, ['2033-01']);
    await eventually(async () => {
      const { rowCount } = await database.query(
        `SELECT FROM pg_locks WHERE relation = 'notifications'::regclass AND NOT granted`,
      );
      return rowCount === 1;
    });
    const read = reader.query('SELECT id FROM notifications').finally(() => reader.query('COMMIT'));
    await Promise.all([created, read]);
    expect(await names()).toContain('notifications_2033_01');
  } finally {
    reader.release(true);
  }
});

test('whoever looks a notification up, locks or updates it touches the partition of its month alone', async () => {
  await createMonths(database, NOW);
  const id = idMadeAt('2031-06-10T00:00:00Z');
  await insert(id, '2031-06-10T00:00:00Z');
  const statements = [
    'SELECT status FROM notifications WHERE id = $1::uuid',
    'SELECT status FROM notifications WHERE id = ANY(ARRAY[$1::uuid]) ORDER BY id FOR UPDATE',
    `UPDATE notifications AS old SET status = 'read' FROM (SELECT $1::uuid AS id) AS new
     WHERE old.id = new.id AND old.id = ANY(ARRAY[$1::uuid])`,
  ];
  const client = await database.connect();
  try {
    // As a prepared statement ends up: without knowing the id.
    await client.query('SET plan_cache_mode = force_generic_plan');
    for (const [index, text] of statements.entries()) {
      await client.query(`PREPARE look_${index} AS ${text}`);
      const { rows } = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE look_${index}('${id}')`);
      expect(relationsRun(rows[0]['QUERY PLAN'][0].Plan)).toEqual(['notifications_2031_06']);
    }
  } finally {
    client.release(true);
  }
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Loops': number;
  Plans?: Plan[];
}
/** The relations that were scanned. */
const relationsRun = (node: Plan): string[] => [
  ...(node['Node Type'].includes('Scan') && node['Actual Loops'] > 0 && node['Relation Name'] !== undefined
    ? [node['Relation Name']]
    : []),
  ...(node.Plans ?? []).flatMap(relationsRun),
];

test('a month all of which is older than the retention is dropped, unless something in it is not settled', async () => {
  await createPartitions(database, ['2030-01', '2030-02', '2030-03', '2030-04']);
  await createMonths(database, NOW);
  const [old, open, young] = [
    idMadeAt('2030-01-15T00:00:00Z'),
    idMadeAt('2030-02-15T00:00:00Z'),
    idMadeAt('2030-04-01T00:00:00Z'),
  ];
  await insert(old, '2030-01-15T00:00:00Z');
  await insert(open, '2030-02-15T00:00:00Z', 'scheduled');
  await insert(young, '2030-04-01T00:00:00Z');
  await dropOldMonths(database, 13, NOW, kit.logger);
  expect((await names()).filter((name) => name < 'notifications_2031')).toEqual([
    'notifications_2030_02',
    'notifications_2030_04',
  ]);
  expect(await partitionOf(old)).toBeUndefined();
  expect(await partitionOf(young)).toBe('notifications_2030_04');

  await database.query(`UPDATE notifications SET status = 'sent' WHERE id = $1`, [open]);
  await dropOldMonths(database, 13, NOW, kit.logger);
  expect(await names()).not.toContain('notifications_2030_02');
});

test('what is too old to stay is told by the clock of PostgreSQL, and by none while the one here is more than a day from it', async () => {
  const days = (count: number) => new Date(Date.now() + count * 86_400_000);
  const { rows } = await database.query<{ before: Date }>('SELECT clock_timestamp() AS before');
  const before = rows[0]?.before.getTime();
  for (const own of [days(-0.9), days(0.9)]) {
    const apartMs = (await agreedTime(database, own)).getTime() - Number(before);
    expect(apartMs).toBeGreaterThanOrEqual(0);
    expect(apartMs).toBeLessThan(60_000);
  }
  for (const own of [days(-1.1), days(1.1)])
    await expect(agreedTime(database, own)).rejects.toThrow('more than a day apart');
});

test('dead letters and what has the id of another system are deleted when they are as old', async () => {
  const [old, young] = [uuidv4(), uuidv4()];
  await insert(old, '2030-03-31T23:59:59Z');
  await insert(young, '2030-04-01T00:00:00Z');
  const letters = [uuidv4(), uuidv4()];
  for (const [index, at] of ['2030-03-31T23:59:59Z', '2030-04-01T00:00:00Z'].entries()) {
    await database.query(
      `INSERT INTO dead_letters (id, received_at, reason, routing_key, headers) VALUES ($1, $2, 'r', 'k', '{}')`,
      [letters[index], at],
    );
  }
  await dropOldMonths(database, 13, NOW, kit.logger);
  expect([await partitionOf(old), await partitionOf(young)]).toEqual([undefined, 'notifications_rest']);
  expect((await database.query('SELECT id FROM dead_letters')).rows).toEqual([{ id: letters[1] }]);
});

test('a record that was there before is one partition that ends with its month; all is found, and the way back keeps it too', async () => {
  const [own, folder] = [await createTestDatabase(), mkdtempSync(join(tmpdir(), 'notify-migrations-'))];
  const ownKit = createTestKit('months');
  const open = (migrationsDir: string) =>
    openDatabase({ url: own.url, poolSize: 2, migrationsDir }, ownKit.logger, ownKit.lifecycle);
  try {
    for (const file of readdirSync(MIGRATIONS).filter((name) => name < BY_MONTH)) {
      cpSync(join(MIGRATIONS, file), join(folder, file));
    }
    const before = await open(folder);
    const now = new Date().toISOString();
    const ids = [uuidv7(), uuidv4(), idMadeAt('2090-01-01T00:00:00Z'), '00000000-0000-4000-8000-000000000000'];
    for (const id of ids) await insert(id, now, 'sent', before);
    const indexesOf = async (of: Database) =>
      (await of.query(`SELECT indexname FROM pg_indexes WHERE tablename = 'notifications' ORDER BY 1`)).rows;
    const indexes = await indexesOf(before);

    const after = await open(MIGRATIONS);
    await createMonths(after, new Date());
    await createMonths(after, new Date());
    const found = async () =>
      (await listNotifications(after, { limit: 10 }, undefined)).map(({ notification_id: id }) => id).sort();
    expect(await found()).toEqual([...ids].sort());
    expect(await indexesOf(after)).toEqual(indexes);
    const [first, ...months] = (await listPartitions(after)).sort((a, b) => a.fromMs - b.fromMs);
    expect(first).toMatchObject({ name: 'notifications_before', fromMs: 0, untilMs: months[0]?.fromMs });
    expect(months).toHaveLength(3);

    const [, down = ''] = readFileSync(join(MIGRATIONS, BY_MONTH), 'utf8').split('-- Down Migration');
    await after.query(`BEGIN; ${down} COMMIT`);
    expect(await found()).toEqual([...ids].sort());
    expect(await indexesOf(after)).toEqual(indexes);
  } finally {
    rmSync(folder, { recursive: true });
    await ownKit.lifecycle.shutdown('end of the test');
    await own.drop();
  }
});
