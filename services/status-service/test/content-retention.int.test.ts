import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createNotificationTypes } from '@notify/contracts';
import { openDatabase } from '@notify/service-kit';
import { createTestDatabase, createTestKit } from '@notify/testing';
import { eraseOldContent } from '../src/content-retention.ts';

const types = createNotificationTypes({ defaults: {}, types: { otp: { content_retention_days: 1 } } });
const now = new Date('2026-06-30T12:00:00.000Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);

const { logger, lifecycle } = createTestKit('status-service');
let server: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Awaited<ReturnType<typeof openDatabase>>;
beforeAll(async () => {
  server = await createTestDatabase();
  const migrationsDir = new URL('../migrations', import.meta.url).pathname;
  database = await openDatabase({ url: server.url, poolSize: 4, migrationsDir }, logger, lifecycle);
});
afterAll(async () => {
  await lifecycle.shutdown('end of the test');
  await server.drop();
});
beforeEach(async () => {
  await database.query('TRUNCATE notifications, dead_letters');
});

/** Notifications of which nothing happened since they were that old. */
async function insert(
  count: number,
  ageDays: number,
  { type = 'news', status = 'sent', touchedDays = ageDays } = {},
): Promise<void> {
  await database.query(
    `INSERT INTO notifications (id, status, epoch, hop, attempt, attempts, timeline, notification_type, user_id, correlation_id,
       created_at, updated_at, is_accepted, channels, metadata, recipient, content, template, variables)
     SELECT gen_random_uuid(), $2, 0, 0, 1, '[]', '[]', $3, 'ada', 'c', $4, $5, true, '{email}', '{"order": "A-1"}',
       '{"user_id": "ada"}', '{"body": "Dear Ada"}', '{"code": "t"}', '{"name": "Ada"}'
     FROM generate_series(1, $1)`,
    [count, status, type, daysAgo(ageDays), daysAgo(touchedDays)],
  );
}
const withContent = async () => {
  const { rows } = await database.query<{ notification_type: string; count: number }>(
    `SELECT notification_type, count(*)::integer AS count FROM notifications
     WHERE num_nonnulls(recipient, content, template, variables) > 0 GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ notification_type, count }) => [notification_type, count]));
};

test("content goes after the days of its type, another type's after the default's", async () => {
  await insert(2, 2, { type: 'otp' });
  await insert(1, 0.5, { type: 'otp' });
  await insert(1_200, 31);
  await insert(3, 29);
  expect(await eraseOldContent({ database, types }, now)).toBe(1_202);
  expect(await withContent()).toEqual({ news: 3, otp: 1 });
  expect(await eraseOldContent({ database, types }, now)).toBe(0);
});

test('ids, metadata and the trail stay', async () => {
  await insert(1, 31);
  await eraseOldContent({ database, types }, now);
  const { rows } = await database.query('SELECT user_id, status, metadata FROM notifications');
  expect(rows).toEqual([{ user_id: 'ada', status: 'sent', metadata: { order: 'A-1' } }]);
});

test('what still waits keeps its content, however old, and what was settled late keeps it for its days', async () => {
  await insert(1, 60, { status: 'scheduled' });
  await insert(1, 60, { touchedDays: 10 });
  expect(await eraseOldContent({ database, types }, now)).toBe(0);
});

test('it waits for nobody: a row that somebody holds is left for the next time', async () => {
  await insert(3, 31);
  const other = await database.connect();
  try {
    await other.query('BEGIN');
    await other.query('SELECT id FROM notifications LIMIT 1 FOR UPDATE');
    expect(await eraseOldContent({ database, types }, now)).toBe(2);
    await other.query('ROLLBACK');
  } finally {
    other.release();
  }
  expect(await eraseOldContent({ database, types }, now)).toBe(1);
});

test('dead letters lose their bodies with their notification, and with age', async () => {
  await insert(1, 2, { type: 'otp' });
  const { rows } = await database.query<{ id: string }>('SELECT id FROM notifications');
  const letter = async (receivedAt: Date, notificationId: string | null) => {
    const id = randomUUID();
    await database.query(
      `INSERT INTO dead_letters (id, received_at, notification_id, reason, routing_key, headers, detail, body)
       VALUES ($1, $2, $3, 'permanent', 'email.high', '{}', 'why', 'Dear Ada')`,
      [id, receivedAt, notificationId],
    );
    return id;
  };
  const ofOtp = await letter(daysAgo(2), rows[0]?.id ?? null);
  const poison = await letter(daysAgo(31), null);
  const recent = await letter(daysAgo(2), null);
  await eraseOldContent({ database, types }, now);
  const { rows: kept } = await database.query<{ id: string }>('SELECT id FROM dead_letters WHERE body IS NOT NULL');
  expect(kept.map(({ id }) => id)).toEqual([recent]);
  expect(await database.query('SELECT id FROM dead_letters')).toMatchObject({ rowCount: 3 });
  expect([ofOtp, poison]).not.toContain(recent);
});

test('what is due is found by an index, whatever lies around it', async () => {
  await insert(2_000, 40, { type: 'kept' });
  await insert(5, 40);
  await database.query('ANALYZE notifications');
  const { rows } = await database.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT id FROM notifications WHERE notification_type = 'news' AND recipient IS NOT NULL AND created_at < now()
     ORDER BY created_at LIMIT 500`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  const { rows: indexes } = await database.query<{ name: string }>(
    "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'notifications_with_content'::regclass",
  );
  expect(indexes.some(({ name }) => plan.includes(`${name} `))).toBe(true);
  expect(plan).not.toContain('Seq Scan');
});
