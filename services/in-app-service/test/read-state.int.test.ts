import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type ReceiptJson, STATUS_QUEUE } from '@notify/contracts';
import { type Broker, openBroker } from '@notify/messaging';
import { createHttpApp, type Database, openDatabase } from '@notify/service-kit';
import { createTestBroker, createTestDatabase, createTestKit, eventually } from '@notify/testing';
import type { Express } from 'express';
import request from 'supertest';
import { inboxRoute } from '../src/inbox-route.ts';
import { addInboxItem, type NewInboxItem } from '../src/inbox-store.ts';
import { createTellRead } from '../src/read-receipts.ts';
import { readStateRoute } from '../src/read-state-route.ts';

const kit = createTestKit('in-app-service');
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let testBroker: Awaited<ReturnType<typeof createTestBroker>>;
let database: Database;
let broker: Broker;
let app: Express;
let userId: string;
let receipts: ReceiptJson[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  testBroker = await createTestBroker();
  const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url));
  database = await openDatabase({ url: testDatabase.url, poolSize: 10, migrationsDir }, kit.logger, kit.lifecycle);
  broker = await openBroker({ url: testBroker.url, name: 'in-app-service', ...kit });
  await broker.consume({
    queue: STATUS_QUEUE,
    prefetch: 100,
    async onMessage({ body }) {
      receipts.push(JSON.parse(body.toString()));
    },
  });
  app = appOn(broker);
});
afterAll(async () => {
  await kit.lifecycle.shutdown('test');
  await testDatabase?.drop();
  await testBroker?.drop();
});
beforeEach(() => {
  userId = `user-${randomUUID()}`;
  receipts = [];
});

const appOn = (publisher: Broker) =>
  createHttpApp({
    ...createTestKit('in-app-service'),
    readiness: {},
    routers: [inboxRoute(database), readStateRoute(database, createTellRead(publisher))],
  });
async function add(item: Partial<NewInboxItem> = {}): Promise<{ id: string; notificationId: string }> {
  const notificationId = randomUUID();
  const added = { notificationId, epoch: 0, hop: 0, userId, title: 'Hello', body: 'There', ...item };
  return { id: await addInboxItem(database, added), notificationId: added.notificationId };
}
const path = (rest = '') => `/users/${userId}/inbox${rest}`;
const unreadCount = async () => (await request(app).get(path('/unread_count'))).body.unread_count as number;
const listed = async (query = '') =>
  (await request(app).get(path(query))).body.data.map(({ id }: { id: string }) => id) as string[];

test('an item that is read tells so once, as a receipt of its hop, however often and at how many places it is read', async () => {
  const { id, notificationId } = await add({ epoch: 1, hop: 2 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => request(app).post(path(`/${id}/read`))));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  const [{ body: item }] = answers as [request.Response];
  expect(item).toMatchObject({ id, notification_id: notificationId, title: 'Hello', read_at: expect.any(String) });
  for (const { body } of answers) expect(body).toEqual(item);
  await eventually(() => receipts.length > 0);
  // A witness that comes after anything else that was told.
  const witness = await add();
  await request(app).post(path(`/${witness.id}/read`));
  await eventually(() => receipts.length > 1);
  expect(receipts.map(({ notification_id }) => notification_id)).toEqual([notificationId, witness.notificationId]);
  expect(receipts[0]).toMatchObject({
    outcome: 'read',
    channel: 'in_app',
    provider: 'inbox',
    epoch: 1,
    hop: 2,
    occurred_at: item.read_at,
  });
  expect(await unreadCount()).toBe(0);
});

test('reading all reads what is there, beyond one batch, and leaves other users alone', async () => {
  await database.query(
    `INSERT INTO inbox_items (id, notification_id, epoch, hop, user_id)
     SELECT gen_random_uuid(), gen_random_uuid(), 0, 0, $1 FROM generate_series(1, 1001)`,
    [userId],
  );
  const other = `other-${userId}`;
  await add({ userId: other });
  const answer = await request(app).post(path('/read_all'));
  expect([answer.status, answer.body]).toEqual([200, { read_count: 1001 }]);
  expect(await unreadCount()).toBe(0);
  expect((await request(app).get(`/users/${other}/inbox/unread_count`)).body).toEqual({ unread_count: 1 });
  await eventually(() => receipts.length === 1001);
  expect((await request(app).post(path('/read_all'))).body).toEqual({ read_count: 0 });
});

test('an archived item is gone for good: from the list, from the count, from the row, and a redelivery does not bring it back', async () => {
  const { id, notificationId } = await add();
  expect((await request(app).delete(path(`/${id}`))).status).toBe(204);
  expect((await request(app).delete(path(`/${id}`))).status).toBe(204);
  expect((await add({ notificationId })).id).toBe(id);
  expect(await listed()).toEqual([]);
  expect(await unreadCount()).toBe(0);
  expect((await request(app).post(path(`/${id}/read`))).body).toMatchObject({ code: 'not_found' });
  const { rows } = await database.query('SELECT title, body, action_url FROM inbox_items WHERE id = $1', [id]);
  expect(rows).toEqual([{ title: null, body: null, action_url: null }]);
});

test('an item of another user, one that is not there and one that is no id are refused, and nothing changes', async () => {
  const { id } = await add({ userId: `other-${userId}` });
  expect((await request(app).post(path(`/${id}/read`))).status).toBe(404);
  expect((await request(app).delete(path(`/${id}`))).status).toBe(404);
  expect((await request(app).delete(path(`/${randomUUID()}`))).status).toBe(404);
  expect((await request(app).post(path('/nonsense/read'))).body).toMatchObject({ code: 'validation_failed' });
  expect((await request(app).get(`/users/other-${userId}/inbox/unread_count`)).body).toEqual({ unread_count: 1 });
});

test('while the broker does not confirm, an item stays unread: nobody would hear of it', async () => {
  const { id } = await add();
  const { BrokerUnavailableError } = await import('@notify/messaging');
  const away = { publish: () => Promise.reject(new BrokerUnavailableError('not connected')) } as unknown as Broker;
  for (const rest of [`/${id}/read`, '/read_all']) {
    const answer = await request(appOn(away)).post(path(rest));
    expect([answer.status, answer.body.code]).toEqual([503, 'dependency_unavailable']);
  }
  expect(await unreadCount()).toBe(1);
});

test('what is read elsewhere is read in the inbox', async () => {
  const { id, notificationId } = await add();
  await add();
  expect((await request(app).post(`/notifications/${notificationId}/read`)).status).toBe(204);
  expect(await listed('?unread=false')).toEqual([id]);
  expect(await unreadCount()).toBe(1);
});

test('the unread count is that of the list, after any number of items were added, read and archived at the same time', async () => {
  const ids = await Promise.all(Array.from({ length: 60 }, async () => (await add()).id));
  const work = ids.flatMap((id, index) => [
    request(app).post(path(`/${id}/read`)),
    ...(index % 3 === 0 ? [request(app).delete(path(`/${id}`))] : []),
    ...(index % 2 === 0 ? [add().then(() => undefined)] : []),
    ...(index % 20 === 0 ? [request(app).post(path('/read_all'))] : []),
  ]);
  await Promise.all(work);
  const unread = await listed('?unread=true&limit=200');
  expect(await unreadCount()).toBe(unread.length);
  const read = await listed('?unread=false&limit=200');
  expect(new Set([...unread, ...read])).toEqual(new Set(await listed('?limit=200')));
  // 60 were there, 30 came, 20 were archived, each of the 60 was read.
  expect(unread.length + read.length).toBe(70);
  expect(read.length).toBeGreaterThanOrEqual(40);
  await request(app).post(path('/read_all'));
  expect(await unreadCount()).toBe(0);
});
