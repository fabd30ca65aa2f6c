import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { openTestAuthority, type TestAuthority } from './test-certificates.ts';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run integration tests through "npm test -- --only=int"`);
  return value;
}

/** A database of its own on the test server; `drop` removes it even while connections are open. */
export async function createTestDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = required('TEST_POSTGRES_URL');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const run = async (sql: string) => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Calls RabbitMQ's management API. @throws when it does not answer 2xx. */
export async function rabbitmqApi<T>(method: string, path: string, body?: unknown): Promise<T> {
  const url = new URL(required('TEST_RABBITMQ_MANAGEMENT_URL'));
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  const response = await fetch(`${url.protocol}//${url.host}/api${path}`, {
    method,
    headers: { authorization, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`RabbitMQ answered ${response.status} to ${method} ${path}: ${await response.text()}`);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A virtual host of its own on the test broker. */
export async function createTestBroker(): Promise<{ url: string; vhost: string; drop(): Promise<void> }> {
  const url = new URL(required('TEST_RABBITMQ_URL'));
  const vhost = `test-${randomUUID()}`;
  await rabbitmqApi('PUT', `/vhosts/${vhost}`);
  await rabbitmqApi('PUT', `/permissions/${vhost}/${url.username}`, { configure: '.*', write: '.*', read: '.*' });
  url.pathname = `/${vhost}`;
  return { url: url.toString(), vhost, drop: () => rabbitmqApi('DELETE', `/vhosts/${vhost}`) };
}

const REDIS_DATABASES = 16;

/** The test Redis, with a database for each of Jest's workers, which run one file at a time. Of its tests, keys carry random ids. */
export function testRedisUrl(): string {
  const url = new URL(required('TEST_REDIS_URL'));
  url.pathname = `/${Number(process.env['JEST_WORKER_ID'] ?? 0) % REDIS_DATABASES}`;
  return url.toString();
}

/** The authority behind the test servers' certificates, which this process trusts too (NODE_EXTRA_CA_CERTS). */
export function testServersAuthority(): TestAuthority {
  return openTestAuthority(required('TEST_TLS_FOLDER'));
}

/** The address at which the same test server, database or virtual host is reached encrypted. */
export function encryptedUrl(plainUrl: string, host: 'localhost' | '127.0.0.1' = 'localhost'): string {
  const url = new URL(plainUrl);
  url.hostname = host;
  if (url.protocol === 'postgres:') {
    url.searchParams.set('sslmode', 'verify-full');
    return url.toString();
  }
  url.port = required(url.protocol === 'amqp:' ? 'TEST_RABBITMQ_TLS_PORT' : 'TEST_REDIS_TLS_PORT');
  return url.toString().replace(/^(amqp|redis):/, '$1s:');
}
