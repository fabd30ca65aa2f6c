import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, expect, test } from '@jest/globals';
import { STATUS_QUEUE } from '@notify/contracts';
import { openBroker } from '@notify/messaging';
import { type Database, openDatabase } from '@notify/service-kit';
import { createTestKit, eventually, rabbitmqApi } from '@notify/testing';
import { API_KEY, type RunningGateway, runGateway, SERVICE_TOKEN_SECRET } from './running-gateway.ts';

let gateway: RunningGateway;
const kit = createTestKit('test');

beforeEach(async () => {
  gateway = await runGateway();
});
afterEach(() => gateway?.drop());
afterAll(() => kit.lifecycle.shutdown('end of the tests'));

const notification = { to: { email: 'ada@example.test' }, content: { title: 'T', body: 'B' } };

async function call(method: string, path: string, body?: unknown, key = API_KEY) {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const own = createTestKit('database');
  const migrationsDir = fileURLToPath(new URL('../migrations', import.meta.url));
  const database = await openDatabase(
    { url: gateway.databaseUrl, poolSize: 1, migrationsDir },
    kit.logger,
    own.lifecycle,
  );
  try {
    return await work(database);
  } finally {
    await own.lifecycle.shutdown('done');
  }
}

test('a key is kept as its SHA-256 alone, and the one before a rotation ends with its overlap', async () => {
  const { body: made } = await call('POST', '/api/v1/api_keys', { name: 'shop', scopes: ['notifications:read'] });
  const { body: rotated } = await call('POST', `/api/v1/api_keys/${made.id}/rotate`);
  const types = async (key: string) => (await call('GET', '/api/v1/notification_types', undefined, key)).status;
  await eventually(async () => (await types(rotated.key)) === 200);
  expect(await types(made.key)).toBe(200);

  const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
  await withDatabase(async (database) => {
    const { rows } = await database.query<{ row: string }>('SELECT to_jsonb(api_keys)::text AS row FROM api_keys');
    const kept = rows.map(({ row }) => row).join('\n');
    for (const key of [API_KEY, made.key, rotated.key]) {
      expect(kept).toContain(sha256(key));
      expect(kept).not.toContain(key.split('_').at(-1));
    }
    await database.query('UPDATE api_keys SET previous_until = now() WHERE id = $1', [made.id]);
  });
  await eventually(async () => (await types(made.key)) === 401);
  expect(await types(rotated.key)).toBe(200);
});

test('a rotation that is repeated, its answer lost, leaves the key in use good for the rest of its 24 hours', async () => {
  const { body: made } = await call('POST', '/api/v1/api_keys', { name: 'shop', scopes: ['notifications:read'] });
  const { body: lost } = await call('POST', `/api/v1/api_keys/${made.id}/rotate`);
  const until = () =>
    withDatabase(async (database) => {
      const { rows } = await database.query('SELECT previous_until FROM api_keys WHERE id = $1', [made.id]);
      return rows[0];
    });
  const firstUntil = await until();
  const { body: rotated } = await call('POST', `/api/v1/api_keys/${made.id}/rotate`);
  const types = async (key: string) => (await call('GET', '/api/v1/notification_types', undefined, key)).status;
  await eventually(async () => (await types(rotated.key)) === 200 && (await types(lost.key)) === 401);
  expect(await types(made.key)).toBe(200);
  expect(await until()).toEqual(firstUntil);
});

test('secrets are read from files, and neither they nor what callers send gets into the log', async () => {
  const person = 'ada-who-is-private@example.test';
  const text = 'what-nobody-else-may-read';
  const to = { email: person };
  expect((await call('POST', '/api/v1/notifications', { to, content: { title: text, body: text } })).status).toBe(202);
  // Refused, not understood, unknown, and one whose service is away: each way has its own words.
  await call('POST', '/api/v1/notifications', { to, content: { title: text, body: text }, [text]: text });
  await call('POST', '/api/v1/notifications', `{"to": {"email": "${person}", ${text}`);
  await call('POST', '/api/v1/notifications', { to, template: { code: 'welcome' }, variables: { text } });
  await call('PUT', '/api/v1/users/ada', { email: person, name: text });
  const wrongKey = `nk_live_abcdef12_${'wrongSecret'.repeat(4)}`;
  await call('GET', '/api/v1/notifications', undefined, wrongKey);
  await gateway.terminate();

  const logged = gateway.logged();
  expect(logged).toContain('"stopped"');
  const password = new URL(gateway.databaseUrl).password;
  for (const secret of [
    API_KEY,
    SERVICE_TOKEN_SECRET,
    wrongKey,
    person,
    text,
    ...(password ? [`:${password}@`] : []),
  ]) {
    expect([secret, logged.includes(secret)]).toEqual([secret, false]);
  }
});

test('without its broker the gateway is not ready and takes nothing; with it again, it does', async () => {
  const ready = async () => (await fetch(`${gateway.url}/health/ready`)).json() as Promise<unknown>;
  expect(await ready()).toMatchObject({ status: 'ready', dependencies: { rabbitmq: 'up' } });
  const vhost = `/vhosts/${gateway.vhost}`;
  await rabbitmqApi('DELETE', vhost);
  await eventually(async () => {
    expect(await ready()).toMatchObject({ status: 'not_ready', dependencies: { rabbitmq: 'down', postgres: 'up' } });
    return true;
  });
  const refused = await call('POST', '/api/v1/notifications', notification);
  expect(refused).toMatchObject({ status: 503, body: { code: 'dependency_unavailable' } });
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);

  await rabbitmqApi('PUT', vhost);
  const user = new URL(process.env['TEST_RABBITMQ_URL'] as string).username;
  await rabbitmqApi('PUT', `/permissions/${gateway.vhost}/${user}`, { configure: '.*', write: '.*', read: '.*' });
  await eventually(async () => (await call('POST', '/api/v1/notifications', notification)).status === 202, 30_000);
  await eventually(async () => {
    expect(await ready()).toMatchObject({ status: 'ready' });
    return true;
  });
});

/** A request of which the gateway has the headers, and waits for the body. */
async function halfRequest(body: string) {
  const socket = connect(gateway.port, '127.0.0.1');
  await once(socket, 'connect');
  let received = '';
  let isClosed = false;
  socket.on('data', (data) => {
    received += data;
  });
  socket.on('close', () => {
    isClosed = true;
  });
  socket.write(
    [
      'POST /api/v1/notifications HTTP/1.1',
      'Host: gateway',
      `Authorization: Bearer ${API_KEY}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Expect: 100-continue',
      '\r\n',
    ].join('\r\n'),
  );
  await eventually(() => received.startsWith('HTTP/1.1 100 Continue'));
  return {
    finish: () => socket.write(body),
    async answer() {
      await eventually(() => isClosed);
      return received;
    },
  };
}

test('SIGTERM ends nothing that is in hand: every request is answered, every 202 is with the broker, the exit code is 0', async () => {
  const requests = await Promise.all(Array.from({ length: 20 }, () => halfRequest(JSON.stringify(notification))));
  const exitCode = gateway.terminate();
  await eventually(() => gateway.logged().includes('"stopping"'));
  await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
  for (const { finish } of requests) finish();
  for (const { answer } of requests) {
    expect(await answer()).toMatch(/HTTP\/1\.1 202 [\s\S]*\r\nConnection: close\r\n/);
  }
  expect(await exitCode).toBe(0);
  const broker = await openBroker({ url: gateway.brokerUrl, name: 'test', ...kit });
  expect((await broker.queueDepths([STATUS_QUEUE])).get(STATUS_QUEUE)).toBe(requests.length);
});
