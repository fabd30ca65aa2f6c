import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { NotificationEventJson, TimelineEvent } from '@notify/contracts';
import { eventually, rabbitmqApi } from '@notify/testing';
import { createUserTokens } from '../src/user-tokens.ts';
import { API_KEY, type GatewayBed, openGatewayBed } from './gateway-bed.ts';
import { connectSocket, refusedSocket, type SocketClient } from './socket-client.ts';

const SECRET = 'a-secret-that-both-instances-share-'.repeat(2);
const withKey = { headers: { authorization: `Bearer ${API_KEY}` } };
const PAGE = 'https://shop.example.com';
let bed: GatewayBed;
const clients: SocketClient[] = [];

beforeAll(async () => {
  bed = await openGatewayBed({
    SERVICE_TOKEN_SECRET: SECRET,
    WEBSOCKET_HEARTBEAT_SECONDS: '1',
    CORS_ORIGINS: PAGE,
  });
}, 60_000);
afterEach(() => {
  for (const { ws } of clients.splice(0)) ws.terminate();
});
afterAll(() => bed?.close(), 60_000);

async function connect(how: Parameters<typeof connectSocket>[1] = withKey, instance = 0): Promise<SocketClient> {
  const client = await connectSocket(bed.instances[instance]?.url ?? '', how);
  clients.push(client);
  return client;
}
const tokenOf = async (userId: string, lifetimeSeconds = 900) =>
  (await createUserTokens(SECRET, lifetimeSeconds).issue(userId)).token;
const withToken = async (userId: string) => ({ query: `?token=${await tokenOf(userId)}` });

async function happens(
  event: TimelineEvent,
  { id = randomUUID(), userId = 'ada' }: { id?: string; userId?: string } = {},
): Promise<string> {
  const at = new Date().toISOString();
  const body: NotificationEventJson = {
    version: 1,
    event_id: `${id}.0.0.1.${event}`,
    event,
    notification_id: id,
    epoch: 0,
    hop: 0,
    attempt: 1,
    status: 'sent',
    attempts: [],
    timeline: [{ id: `${id}.0.0.1.${event}`, event, status: 'sent', channel: 'email', at }],
    notification_type: 'welcome',
    user_id: userId,
    correlation_id: 'c-1',
    occurred_at: at,
  };
  const routingKey = `notification.${event}`;
  await bed.broker.publish({ exchange: 'notifications.events', routingKey, messageId: body.event_id, body });
  return id;
}

test('what happens reaches the topics of its notification, its user and all, through any instance, and no other topic', async () => {
  const id = randomUUID();
  const [one, user, all, other] = [
    await connect(),
    await connect(withKey, 1),
    await connect(withKey, 1),
    await connect(),
  ];
  await one.subscribe(`notification:${id}`);
  await user.subscribe('user:ada');
  await all.subscribe('all');
  await other.subscribe('user:bob');
  await happens('sent', { id });
  await happens('delivered', { userId: 'bob' });
  const frame = {
    type: 'notification.sent',
    id: `${id}.0.0.1.sent`,
    notification_id: id,
    notification_type: 'welcome',
    user_id: 'ada',
    status: 'sent',
    channel: 'email',
    at: expect.any(String),
  };
  await eventually(() => all.framesOf('notification.delivered').length > 0);
  await eventually(() => other.framesOf('notification.delivered').length > 0);
  for (const client of [one, user, all]) await eventually(() => client.framesOf('notification.sent').length > 0);
  for (const client of [one, user, all]) expect(client.framesOf('notification.sent')).toEqual([frame]);
  expect(other.framesOf('notification.sent')).toEqual([]);
  expect(one.framesOf('notification.delivered')).toEqual([]);
});

test('a socket with several topics that fit gets it once, and after unsubscribing nothing', async () => {
  const client = await connect();
  await client.subscribe('all');
  await client.subscribe('user:ada');
  await happens('sent');
  await eventually(() => client.framesOf('notification.sent').length > 0);
  client.say({ action: 'unsubscribe', topic: 'all' });
  client.say({ action: 'unsubscribe', topic: 'user:ada' });
  await eventually(() => client.framesOf('unsubscribed').length === 2);
  await happens('sent');
  // Through the same gateway, after it.
  const witness = await connect();
  await witness.subscribe('all');
  await happens('delivered');
  await eventually(() => witness.framesOf('notification.delivered').length > 0);
  expect(client.framesOf('notification.sent')).toHaveLength(1);
});

test('the broker keeps nothing for a gateway without listeners', async () => {
  const bindings = async () => {
    const all = await rabbitmqApi<{ destination: string; routing_key: string }[]>(
      'GET',
      `/bindings/${encodeURIComponent(bed.vhost)}`,
    );
    return all.filter(
      ({ destination, routing_key: key }) => key === 'notification.#' && /^api-gateway/.test(destination),
    );
  };
  await eventually(async () => (await bindings()).length === 0, 15_000);
  const client = await connect();
  await client.subscribe('all');
  expect(await bindings()).toHaveLength(1);
  client.ws.close();
  await eventually(async () => (await bindings()).length === 0, 15_000);
});

test('a user token reaches its own user, and no other topic', async () => {
  const client = await connect(await withToken('ada'));
  await client.subscribe('user:ada');
  const id = randomUUID();
  for (const topic of ['user:bob', 'all', `notification:${id}`]) client.say({ action: 'subscribe', topic });
  await eventually(() => client.framesOf('error').length === 3);
  expect(client.framesOf('error')).toMatchObject([
    { code: 'forbidden', topic: 'user:bob' },
    { code: 'forbidden', topic: 'all' },
    { code: 'forbidden', topic: `notification:${id}` },
  ]);
  await happens('sent', { userId: 'bob', id });
  await happens('delivered', { userId: 'ada' });
  await eventually(() => client.framesOf('notification.delivered').length > 0);
  expect(client.framesOf('notification.sent')).toEqual([]);
});

test('who shows nothing, a wrong key, a key in the query, or comes from a page that is not listed, is refused as over HTTP', async () => {
  const [{ url }] = bed.instances;
  expect(await refusedSocket(url, {})).toMatchObject({
    status: 401,
    code: 'unauthorized',
    headers: { 'content-type': expect.stringContaining('problem+json'), ratelimit: expect.any(String) },
  });
  expect(await refusedSocket(url, { query: `?token=${API_KEY}` })).toMatchObject({ status: 401 });
  expect(await refusedSocket(url, { headers: { 'x-api-key': `${API_KEY}x` } })).toMatchObject({ status: 401 });
  const fromPage = (origin: string) => ({ headers: { ...withKey.headers, origin } });
  expect(await refusedSocket(url, fromPage('https://evil.example.com'))).toMatchObject({
    status: 403,
    code: 'forbidden',
  });
  await (await connect(fromPage(PAGE))).subscribe('all');
  await (await connect(fromPage(url))).subscribe('all');
  const made = await bed.instances[0].ask('POST', '/api/v1/api_keys', { name: 'x', scopes: ['users:read'] });
  expect(await refusedSocket(url, { headers: { 'x-api-key': made.body.key } })).toMatchObject({ status: 403 });
});

test('who was refused can not hold on to the connection', async () => {
  const { hostname, port } = new URL(bed.instances[0].url);
  const socket = connectTcp({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.write(`GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  await once(socket, 'end');
  expect(answer).toMatch(/^HTTP\/1.1 401 /);
  // To a socket that is gone for good, writing fails.
  socket.on('error', () => {});
  await eventually(() => {
    socket.write('x');
    return socket.destroyed;
  });
});

test('a plain request is told to come with a WebSocket, and one that asks for another protocol is answered as if it had not', async () => {
  const [{ ask, url }] = bed.instances;
  expect(await ask('GET', '/ws')).toMatchObject({ status: 426, body: { code: 'upgrade_required' } });
  const asked = httpRequest(`${url}/api/v1/notification_types`, {
    headers: { ...withKey.headers, connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' },
  });
  const [response] = await once(asked.end(), 'response');
  expect(response.statusCode).toBe(200);
  response.resume();
});

test('what is no frame is answered with an error, and the socket stays', async () => {
  const client = await connect();
  for (const frame of ['{', '{"action":"dance"}', '{"action":"subscribe","topic":"moon"}', '{"action":"ping","x":1}']) {
    client.say(frame);
  }
  client.say({ action: 'ping' });
  await eventually(() => client.framesOf('pong').length > 0);
  expect(client.framesOf('error').map(({ code }) => code)).toEqual([
    'malformed_json',
    'validation_failed',
    'validation_failed',
    'validation_failed',
  ]);
});

test('a frame that is too large, one that is binary, and too many of them close the socket with their codes', async () => {
  const [large, binary, many] = [await connect(), await connect(), await connect()];
  large.say('x'.repeat(5_000));
  binary.ws.send(Buffer.from('{}'), { binary: true });
  for (let count = 0; count < 400; count += 1) many.say({ action: 'ping' });
  expect([await large.closed, await binary.closed, await many.closed]).toEqual([1009, 1003, 1008]);
});

test('a user has at most 20 sockets, and may open another one when one is closed', async () => {
  const how = await withToken('crowd');
  const sockets = await Promise.all(Array.from({ length: 20 }, () => connect(how)));
  expect(await refusedSocket(bed.instances[0].url, how)).toMatchObject({ status: 429, code: 'rate_limited' });
  sockets[0]?.ws.close();
  await sockets[0]?.closed;
  await eventually(() => connect(how));
});

test('a socket has at most 100 topics', async () => {
  const client = await connect();
  for (let count = 0; count < 101; count += 1) client.say({ action: 'subscribe', topic: `user:${count}` });
  await eventually(() => client.framesOf('error').length > 0);
  expect(client.framesOf('subscribed')).toHaveLength(100);
  expect(client.framesOf('error')).toMatchObject([{ code: 'conflict', topic: 'user:100' }]);
});

test('a key that is revoked and a token that expires close their sockets with 4401, the others stay', async () => {
  const [{ ask }] = bed.instances;
  const { body: made } = await ask('POST', '/api/v1/api_keys', { name: 'x', scopes: ['notifications:read'] });
  const ofKey = await connect({ headers: { 'x-api-key': made.key } });
  const ofToken = await connect({ query: `?token=${await tokenOf('ada', 3)}` });
  const stays = await connect();
  await fetch(`${bed.instances[0].url}/api/v1/api_keys/${made.id}`, { method: 'DELETE', ...withKey });
  expect([await ofKey.closed, await ofToken.closed]).toEqual([4401, 4401]);
  expect(stays.ws.readyState).toBe(stays.ws.OPEN);
});

test('a peer that answers no heartbeat is cut, one that does stays', async () => {
  const [silent, alive] = [await connect(), await connect()];
  const heartbeats: unknown[] = [];
  alive.ws.on('ping', () => heartbeats.push(1));
  silent.ws.pause();
  await eventually(async () =>
    /websocket_cut_total{[^}]*reason="silent"[^}]*} 1/.test(await bed.instances[0].metrics()),
  );
  await eventually(() => heartbeats.length >= 2);
  expect(alive.ws.readyState).toBe(alive.ws.OPEN);
});

test('a gateway that was cut off from the broker tells its clients since when they missed something', async () => {
  const client = await connect();
  await client.subscribe('all');
  await happens('sent');
  await eventually(() => client.framesOf('notification.sent').length > 0);
  const before = new Date().toISOString();
  await bed.doors.rabbitmq.shut();
  await bed.doors.rabbitmq.open();
  await eventually(() => client.framesOf('missed').length > 0, 30_000);
  const [missed] = client.framesOf('missed');
  expect(missed).toMatchObject({ topic: 'all' });
  expect((missed?.since ?? '') <= before).toBe(true);
  await happens('delivered');
  await eventually(() => client.framesOf('notification.delivered').length > 0);
}, 60_000);

test('since is answered with a resync where the record can not be asked, or it is too long ago', async () => {
  const client = await connect();
  client.say({ action: 'subscribe', topic: 'all', since: new Date().toISOString() });
  client.say({ action: 'subscribe', topic: 'user:ada', since: '2026-01-01T00:00:00Z' });
  await eventually(() => client.framesOf('resync').length === 2);
  expect(client.framesOf('resync')).toMatchObject([
    { topic: 'all', reason: 'unavailable' },
    { topic: 'user:ada', reason: 'too_long_ago' },
  ]);
});

// The last one: its gateway is gone then.
test('a gateway that stops tells its clients to go elsewhere, and does not wait for them', async () => {
  const [polite, hung] = [await connect(withKey, 1), await connect(withKey, 1)];
  hung.ws.pause();
  const startedAt = performance.now();
  await bed.instances[1].stop();
  expect(await polite.closed).toBe(1001);
  expect(performance.now() - startedAt).toBeLessThan(8_000);
});
