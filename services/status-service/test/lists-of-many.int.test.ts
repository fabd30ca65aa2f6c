import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { NotificationFilterJson } from '@notify/contracts';
import { type Database, openDatabase } from '@notify/service-kit';
import { createTestDatabase, createTestKit } from '@notify/testing';
import pg from 'pg';
import type { ListPlace } from '../src/notification-filter.ts';
import { listNotifications } from '../src/notification-query-store.ts';
import { createPartitions } from '../src/partition-store.ts';

/** `LIST_ROWS=2000000` for a longer run, of about a minute. */
const ROWS = Number(process.env['LIST_ROWS'] ?? 200_000);
const PAGE = 51;

const kit = createTestKit('lists-of-many');
let server: Awaited<ReturnType<typeof createTestDatabase>>;
let writer: pg.Client;
let database: Database;

const START = new Date('2026-01-01T00:00:00Z');
const MONTHS = ['2026-01', '2026-02', '2026-03', '2026-04'];
/** For what comes while a test runs, and for other ids: where there is nothing, any index will do. */
const EMPTY = ['notifications_2026_04', 'notifications_rest'];
/** There is nothing either, half-way down the list. */
const LAST_MONTH = 'notifications_2026_03';
/** Four rows are of the same moment; all together fill three months. */
const STEP_MS = Math.floor((89 * 86_400_000) / (ROWS / 4));

/**
 * Rows as status-service writes them, several for each moment, over several months. Columns depend on each other as they do in life: what is
 * critical is SMS, push never fails, and whole types have never failed.
 */
const SEED = `
  INSERT INTO notifications (id, status, channel, epoch, hop, attempt, attempts, timeline, notification_type, user_id, correlation_id,
    created_at, updated_at, is_accepted, is_known, priority, channels, metadata, recipient)
  SELECT (left(first_id_at(at)::text, 14) || '7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
    CASE WHEN n % 100 = 0 AND n % 3 > 0 THEN 'failed' WHEN n % 5 = 1 THEN 'sent' ELSE 'delivered' END,
    CASE WHEN n % 50 = 7 THEN 'sms' WHEN n % 3 = 0 THEN 'push' ELSE 'email' END,
    0, 0, 1, '[]', jsonb_build_array(jsonb_build_object('event', 'accepted', 'text', repeat(md5(n::text), 8))),
    CASE WHEN n % 1000 = 3 THEN 'rare' WHEN n % 3 = 0 THEN 'news' ELSE 'receipt' END,
    'user-' || n % 20000, 'correlation', at, at, true, n % 500 > 0,
    CASE WHEN n % 50 = 7 THEN 'critical' WHEN n % 4 = 0 THEN 'low' ELSE 'medium' END,
    '{email,sms}', '{}', '{"user_id":"somebody"}'
  FROM (SELECT n, '${START.toISOString()}'::timestamptz + n / 4 * interval '${STEP_MS} ms' AS at FROM generate_series($1::integer, $2::integer) AS n) AS rows`;

beforeAll(async () => {
  server = await createTestDatabase();
  const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url));
  database = await openDatabase({ url: server.url, poolSize: 2, migrationsDir }, kit.logger, kit.lifecycle);
  // Without the limit of time that a service's statements have.
  writer = new pg.Client({ connectionString: server.url });
  await writer.connect();
  await createPartitions(database, MONTHS);
  await writer.query(SEED, [1, ROWS]);
  await writer.query('VACUUM ANALYZE notifications');
}, 900_000);
afterAll(async () => {
  await writer.end();
  await kit.lifecycle.shutdown('end of the test');
  await server.drop();
}, 60_000);

interface Plan {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

/** How the database answered one page of a list: the steps, and how many blocks of 8 KiB it looked at. */
async function explain(filter: NotificationFilterJson, after?: ListPlace) {
  let plan: Plan | undefined;
  const explaining = {
    async query(text: string, values: unknown[]) {
      const { rows } = await writer.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
      plan = rows[0]['QUERY PLAN'][0].Plan;
      return database.query(text, values);
    },
  } as unknown as Database;
  const found = await listNotifications(explaining, { ...filter, limit: PAGE }, after);
  if (plan === undefined) throw new Error('nothing was asked');
  const steps: string[] = [];
  // Each month has its part of an index.
  const { rows: parts } = await writer.query<{ part: string; whole: string }>(
    'SELECT inhrelid::regclass::text AS part, inhparent::regclass::text AS whole FROM pg_inherits',
  );
  const wholeOf = new Map(parts.map(({ part, whole }) => [part, whole]));
  const withoutRows = after === undefined ? EMPTY : [...EMPTY, LAST_MONTH];
  const walk = (node: Plan) => {
    if (!withoutRows.includes(node['Relation Name'] ?? '')) {
      steps.push([node['Node Type'], wholeOf.get(node['Index Name'] ?? '')].filter(Boolean).join(' '));
    }
    node.Plans?.forEach(walk);
  };
  walk(plan);
  return { found: found.length, steps, blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
}

const timeOf = (row: number) => new Date(START.getTime() + Math.floor(row / 4) * STEP_MS);
const idOf = (row: number) => {
  const ms = timeOf(row).getTime().toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-${row.toString(16).padStart(12, '0')}`;
};
const HALF_WAY: ListPlace = { createdAt: timeOf(ROWS / 2).toISOString(), id: idOf(ROWS / 2) };

/** Filters, and the index that finds what fits them. */
const FILTERS: [NotificationFilterJson, string][] = [
  [{}, 'notifications_newest'],
  [{ status: 'failed' }, 'notifications_by_status'],
  [{ status: 'cancelled' }, 'notifications_by_status'],
  [{ channel: 'sms' }, 'notifications_by_channel'],
  [{ user_id: 'user-77' }, 'notifications_by_user'],
  [{ user_id: 'nobody' }, 'notifications_by_user'],
  [{ user_id: 'user-77', status: 'failed' }, 'notifications_by_user'],
  [{ notification_type: 'rare' }, 'notifications_by_type'],
  [{ priority: 'critical' }, 'notifications_by_priority'],
  [{ created_before: timeOf(ROWS) }, 'notifications_newest'],
  [{ created_after: timeOf(ROWS / 2 - 30) }, 'notifications_newest'],
  [{ status: 'failed', created_before: timeOf(ROWS) }, 'notifications_by_status'],
];

test.each(FILTERS)(
  'a page of %j comes from one walk along %s in each month, at the start as half-way down',
  async (filter, index) => {
    for (const after of [undefined, HALF_WAY]) {
      const { steps, blocks } = await explain(filter, after);
      const scans = new Set(steps.filter((step) => step.includes('Scan')));
      // Merged in the list's order; what is a handful may be sorted instead.
      const isInOrder = steps[1] === 'Merge Append';
      expect([...scans]).toEqual(isInOrder ? [`Index Scan ${index}`] : [expect.stringMatching(` ${index}$`)]);
      // A few for each row at most, wherever in the list, however many rows there are.
      expect(blocks).toBeLessThan(3 * PAGE);
    }
  },
);

test('where nothing fits two filters together, no more is read than what fits the rarer one', async () => {
  for (const filter of [
    { status: 'failed', channel: 'push' },
    { channel: 'email', priority: 'critical' },
    { status: 'sent', channel: 'sms', notification_type: 'news' },
  ] satisfies NotificationFilterJson[]) {
    const { found, steps, blocks } = await explain(filter);
    expect(found).toBe(0);
    expect(steps).not.toContain('Seq Scan');
    expect(blocks).toBeLessThan(ROWS / 40);
  }
});

test('a walk through all pages meets each row once, while newer ones come and those that were met change', async () => {
  const seen: string[] = [];
  let next = ROWS + 1;
  let after: ListPlace | undefined;
  do {
    const page = await listNotifications(database, { notification_type: 'rare', limit: 20 }, after);
    seen.push(...page.map(({ notification_id: id }) => id));
    const last = page.at(-1);
    after = last && { createdAt: last.created_at, id: last.notification_id };
    // Newer ones come; what was met is settled anew.
    await writer.query(SEED, [next, next + 1_999]);
    await writer.query(`UPDATE notifications SET status = 'read', updated_at = now() WHERE id = ANY($1::uuid[])`, [
      page.map(({ notification_id: id }) => id),
    ]);
    next += 2_000;
  } while (after !== undefined && seen.length < ROWS);

  const { rows } = await writer.query<{ id: string }>(
    `SELECT id FROM notifications WHERE notification_type = 'rare' AND id <= $1 ORDER BY created_at DESC, id DESC`,
    [idOf(ROWS)],
  );
  expect(seen).toEqual(rows.map(({ id }) => id));
});
