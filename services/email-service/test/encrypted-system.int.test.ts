import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  createTestBroker,
  createTestDatabase,
  encryptedUrl,
  eventually,
  findFreePort,
  rabbitmqApi,
  type TestCertificate,
  testRedisUrl,
  testServersAuthority,
} from '@notify/testing';
import pg from 'pg';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/* What an email passes on its way, each a process of its own, with no connection in clear. */

const SERVICES = ['user-service', 'template-service', 'status-service', 'email-service', 'api-gateway'] as const;
type ServiceName = (typeof SERVICES)[number];
const API_KEY = `nk_live_${'a'.repeat(16)}_${'b'.repeat(43)}`;

let certificate: TestCertificate;
let broker: Awaited<ReturnType<typeof createTestBroker>>;
const databases = new Map<ServiceName, Awaited<ReturnType<typeof createTestDatabase>>>();
const ports = new Map<ServiceName, number>();
const processes: ChildProcess[] = [];
const mails: SMTPServerSession[] = [];
let mailServer: SMTPServer;

const url = (name: ServiceName) => `https://localhost:${ports.get(name)}`;

function environmentOf(name: ServiceName): Record<string, string> {
  const database = databases.get(name);
  return {
    NODE_EXTRA_CA_CERTS: testServersAuthority().caFile,
    HTTPS_CERT_FILE: certificate.certFile,
    HTTPS_KEY_FILE: certificate.keyFile,
    HOST: '127.0.0.1',
    PORT: String(ports.get(name)),
    LOG_LEVEL: 'warn',
    SERVICE_TOKEN_SECRET: 'a-secret-of-the-tests-that-is-long-enough',
    RABBITMQ_URL: encryptedUrl(broker.url),
    REDIS_URL: encryptedUrl(testRedisUrl()),
    ...(database === undefined ? {} : { DATABASE_URL: encryptedUrl(database.url) }),
    USER_SERVICE_URL: url('user-service'),
    TEMPLATE_SERVICE_URL: url('template-service'),
    STATUS_SERVICE_URL: url('status-service'),
    SMTP_HOST: 'localhost',
    SMTP_PORT: String((mailServer.server.address() as AddressInfo).port),
    SMTP_SECURE: 'starttls',
    API_KEY,
  };
}

function startService(name: ServiceName, changes: Record<string, string> = {}): ChildProcess & { output(): string } {
  const main = fileURLToPath(new URL(`../../${name}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { ...environmentOf(name), ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  processes.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk.toString();
    });
  }
  return Object.assign(child, { output: () => output });
}

async function api(method: string, path: string, body?: unknown) {
  const response = await fetch(`${url('api-gateway')}${path}`, {
    method,
    headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { notification_id: string; status: string } };
}

beforeAll(async () => {
  certificate = testServersAuthority().issue('encrypted-system', ['localhost']);
  broker = await createTestBroker();
  for (const name of SERVICES) {
    ports.set(name, await findFreePort());
    if (name !== 'email-service') databases.set(name, await createTestDatabase());
  }
  mailServer = new SMTPServer({
    ...{ cert: certificate.cert, key: certificate.key, authOptional: true, disableReverseLookup: true, logger: false },
    onData(stream, session, done) {
      stream.resume().on('end', () => {
        mails.push(session);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const child of processes) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await new Promise<void>((resolve) => mailServer.close(resolve));
  for (const database of databases.values()) await database.drop();
  await broker.drop();
});

test('an email goes from the API to the mail server and into the record with every connection encrypted', async () => {
  const started = SERVICES.map((name) => startService(name));
  for (const [index, name] of SERVICES.entries()) {
    await eventually(async () => {
      if (started[index]?.exitCode !== null) throw new Error(`${name} ended: ${started[index]?.output()}`);
      return (await fetch(`${url(name)}/health/ready`)).ok;
    }, 30_000);
  }
  expect((await api('PUT', '/api/v1/users/ada', { email: 'ada@example.test', name: 'Ada' })).status).toBe(201);
  const sent = await api('POST', '/api/v1/notifications', {
    user_id: 'ada',
    notification_type: 'welcome',
    content: { title: 'Welcome', body: 'Good to see you' },
  });
  expect(sent.status).toBe(202);
  await eventually(async () => {
    const { body } = await api('GET', `/api/v1/notifications/${sent.body.notification_id}`);
    return body.status === 'sent';
  });
  expect(mails).toMatchObject([{ secure: true }]);

  const connections = await eventually(async () => {
    const all = await rabbitmqApi<{ vhost: string; ssl?: boolean }[]>('GET', '/connections');
    // The management page learns of a connection some time after it was opened.
    const ours = all.filter(({ vhost, ssl }) => vhost === broker.vhost && ssl !== undefined);
    return ours.length === 2 * SERVICES.length && ours;
  }, 20_000);
  expect(new Set(connections.map(({ ssl }) => ssl))).toEqual(new Set([true]));
  for (const { url: databaseUrl } of databases.values()) {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query(`
      SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`);
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);
  }
  expect(started.map((child) => child.output())).toEqual(SERVICES.map(() => ''));
});

test.each([
  ['status-service', 'PostgreSQL', 'DATABASE_URL'],
  ['email-service', 'Redis', 'REDIS_URL'],
  ['user-service', 'RabbitMQ', 'RABBITMQ_URL'],
] as const)('%s does not start when it does not trust %s, and says so', async (name, server, setting) => {
  const address = new URL(environmentOf(name)[setting] ?? '').host;
  const changes: Record<string, string> = { NODE_EXTRA_CA_CERTS: '', PORT: '0' };
  // The database is opened before the broker, and would be what is refused.
  if (server === 'RabbitMQ') changes['DATABASE_URL'] = databases.get(name)?.url ?? '';
  const child = startService(name, changes);
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(child.output()).toContain(
    `could not start: ${server} at ${address} can not be used: unable to verify the first certificate`,
  );
});

test('a file of authorities that is not there is said at start', async () => {
  const child = startService('status-service', { NODE_EXTRA_CA_CERTS: '/nowhere/ca.pem' });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(child.output()).toContain('NODE_EXTRA_CA_CERTS: cannot read /nowhere/ca.pem (ENOENT)');
});
