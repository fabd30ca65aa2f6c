import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import {
  createHttpApp,
  createServiceTokens,
  type Database,
  openDatabase,
  requireServiceToken,
} from '@notify/service-kit';
import { createTestDatabase, createTestKit } from '@notify/testing';
import type { Express } from 'express';
import request from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { inboxRoute } from '../src/inbox-route.ts';
import { deleteInbox } from '../src/inbox-store.ts';
import { createInboxProvider } from '../src/providers/inbox.ts';

const SECRET = 'x'.repeat(32);
const kit = createTestKit('in-app-service');
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let database: Database;
let provider: Provider;
let app: Express;
let userId: string;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await openDatabase(
    {
      url: testDatabase.url,
      poolSize: 5,
      migrationsDir: fileURLToPath(new URL('../migrations', import.meta.url)),
    },
    kit.logger,
    kit.lifecycle,
  );
  provider = createInboxProvider(database, 5);
  app = createHttpApp({
    ...kit,
    readiness: {},
    routers: [requireServiceToken(SECRET, 'in-app-service'), inboxRoute(database)],
  });
});
afterAll(async () => {
  await kit.lifecycle.shutdown('test');
  await testDatabase?.drop();
});
beforeEach(() => {
  userId = `user-${randomUUID()}`;
});

const deliveryOf = (content: OutgoingDelivery['content'] = {}): OutgoingDelivery => ({
  notificationId: randomUUID(),
  epoch: 0,
  hop: 0,
  attempt: 1,
  address: userId,
  userId,
  content: { title: 'Hello', body: 'There', ...content },
  correlationId: randomUUID(),
});
const send = (delivery: OutgoingDelivery, by = provider) => by.send(delivery, AbortSignal.timeout(10_000));
const get = async (path: string) => {
  const token = await createServiceTokens(SECRET, 'api-gateway')('in-app-service');
  return request(app).get(path).set('authorization', `Bearer ${token}`);
};

test('a notification is delivered once its row is written, and can be read', async () => {
  const delivery = deliveryOf({ actionUrl: 'https://acme.test/orders/42' });
  const before = JSON.stringify(delivery);
  const result = await send(delivery);
  expect(JSON.stringify(delivery)).toBe(before);
  expect(result.status).toBe('delivered');

  const answer = await get(`/users/${userId}/inbox`);
  expect(answer.status).toBe(200);
  expect(answer.body).toEqual({
    data: [
      {
        id: result.providerMessageId,
        notification_id: delivery.notificationId,
        title: 'Hello',
        body: 'There',
        action_url: 'https://acme.test/orders/42',
        read_at: null,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ],
    meta: { limit: 50, next_cursor: null },
  });
});

test('a redelivery and a second attempt add no second row, and answer with the same id', async () => {
  const delivery = deliveryOf();
  const [first, ...again] = await Promise.all([
    send(delivery),
    send(delivery),
    send({ ...delivery, attempt: 2 }),
    send({ ...delivery, attempt: 3 }),
  ]);
  expect(new Set(again.map(({ providerMessageId }) => providerMessageId))).toEqual(new Set([first?.providerMessageId]));
  expect((await get(`/users/${userId}/inbox/unread_count`)).body).toEqual({ unread_count: 1 });
});

test('a replay adds a row of its own', async () => {
  const delivery = deliveryOf();
  await send(delivery);
  await send({ ...delivery, epoch: 1 });
  expect((await get(`/users/${userId}/inbox/unread_count`)).body).toEqual({ unread_count: 2 });
});

test('the inbox is read newest first, page by page, and nobody sees another’s', async () => {
  const sent: string[] = [];
  for (let count = 0; count < 5; count += 1) sent.push((await send(deliveryOf())).providerMessageId ?? '');
  await send({ ...deliveryOf(), address: `other-${userId}` });

  const seen: string[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page: { body: { data: { id: string }[]; meta: { next_cursor: string | null } } } = await get(
      `/users/${userId}/inbox?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    seen.push(...page.body.data.map(({ id }) => id));
    cursor = page.body.meta.next_cursor;
    pages += 1;
  } while (cursor !== null);
  expect(seen).toEqual(sent.reverse());
  expect(pages).toBe(3);
});

test('only unread or only read ones can be asked for', async () => {
  const read = (await send(deliveryOf())).providerMessageId;
  const unread = (await send(deliveryOf())).providerMessageId;
  await database.query('UPDATE inbox_items SET read_at = now() WHERE id = $1', [read]);
  expect((await get(`/users/${userId}/inbox?unread=true`)).body.data).toMatchObject([{ id: unread }]);
  expect((await get(`/users/${userId}/inbox?unread=false`)).body.data).toMatchObject([{ id: read }]);
  expect((await get(`/users/${userId}/inbox/unread_count`)).body).toEqual({ unread_count: 1 });
});

test('a user whom nobody wrote to has an empty inbox', async () => {
  expect((await get(`/users/${userId}/inbox`)).body.data).toEqual([]);
  expect((await get(`/users/${userId}/inbox/unread_count`)).body).toEqual({ unread_count: 0 });
});

test.each([
  ['limit=0', 'limit'],
  ['limit=201', 'limit'],
  ['unread=maybe', 'unread'],
  ['cursor=nonsense', 'cursor'],
  [`cursor=${Buffer.from('["not an id"]').toString('base64url')}`, 'cursor'],
  ['colour=red', 'colour'],
])('the query %s is refused, naming the field', async (query, field) => {
  const answer = await get(`/users/${userId}/inbox?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ code: 'validation_failed', errors: [{ field }] });
});

test('only other services are let in', async () => {
  expect((await request(app).get(`/users/${userId}/inbox`)).status).toBe(401);
});

test('text that Postgres can not hold is a permanent error that does not show it', async () => {
  const sending = send(deliveryOf({ body: 'secret\u0000text' }));
  await expect(sending).rejects.toMatchObject({ errorClass: 'permanent', errorCode: '22021' });
  await expect(sending).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
});

test('a database that is away is transient, and so is a deadline that passes', async () => {
  const away = createInboxProvider(
    { query: () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNREFUSED' })) } as unknown as Database,
    1,
  );
  await expect(send(deliveryOf(), away)).rejects.toMatchObject({ errorClass: 'transient', errorCode: 'ECONNREFUSED' });

  const delivery = deliveryOf();
  const client = await database.connect();
  await client.query('BEGIN; LOCK TABLE inbox_items IN ACCESS EXCLUSIVE MODE');
  const late = provider.send(delivery, AbortSignal.timeout(100));
  await expect(late).rejects.toMatchObject({ errorClass: 'transient', errorCode: 'ABORTED' });
  await client.query('ROLLBACK');
  client.release();
  // What got through in the end is what the next attempt finds.
  await send({ ...delivery, attempt: 2 });
  expect((await get(`/users/${userId}/inbox/unread_count`)).body).toEqual({ unread_count: 1 });
});

test("an erased user's inbox is emptied of what was accepted until then, and of nothing later", async () => {
  const accepted = (at: string) => uuidv7({ msecs: Date.parse(at) });
  const before = accepted('2026-01-01T00:00:00.000Z');
  const after = accepted('2026-01-01T00:00:00.001Z');
  for (const notificationId of [before, after]) {
    await provider.send({ ...deliveryOf(), notificationId }, AbortSignal.timeout(10_000));
  }
  const other = {
    ...deliveryOf(),
    notificationId: accepted('2025-01-01T00:00:00.000Z'),
    address: `user-${randomUUID()}`,
  };
  await provider.send(other, AbortSignal.timeout(10_000));
  expect(await deleteInbox(database, userId, new Date('2026-01-01T00:00:00.000Z'))).toBe(1);
  const { rows } = await database.query<{ notification_id: string }>(
    'SELECT notification_id FROM inbox_items WHERE user_id = ANY ($1) ORDER BY 1',
    [[userId, other.address]],
  );
  expect(rows.map(({ notification_id }) => notification_id)).toEqual([other.notificationId, after]);
});
