import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import pg from 'pg';
import { API_KEY, type RunningGateway, runGateway } from './running-gateway.ts';

let gateway: RunningGateway;
let database: pg.Client;

beforeAll(async () => {
  gateway = await runGateway();
  database = new pg.Client({ connectionString: gateway.databaseUrl });
  await database.connect();
}, 60_000);
afterAll(async () => {
  await database?.end();
  await gateway?.drop();
}, 60_000);

async function call(method: string, path: string, body?: unknown, key = API_KEY) {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: JSON.parse((await response.text()) || 'null') };
}

const newKey = (name: string) => ({ name, scopes: ['notifications:read'] });

/** Sends a request, and cuts the connection once the database is asked to carry it out. */
async function sendAndHangUp(body: unknown) {
  const text = JSON.stringify(body);
  const socket = connect(gateway.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    [
      'POST /api/v1/api_keys HTTP/1.1',
      'Host: gateway',
      `Authorization: Bearer ${API_KEY}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      '',
      text,
    ].join('\r\n'),
  );
  await eventually(async () => {
    const { rows } = await database.query(`SELECT FROM pg_locks WHERE relation = 'api_keys'::regclass AND NOT granted`);
    return rows.length > 0;
  });
  socket.resetAndDestroy();
  await once(socket, 'close');
}

test('who hangs up before the answer is in the audit log with what was done', async () => {
  await database.query('BEGIN');
  // Lets keys be read, and holds up whoever writes one.
  await database.query('LOCK TABLE api_keys IN SHARE MODE');
  await sendAndHangUp(newKey('hung up'));
  await database.query('COMMIT');
  const entries = await eventually(async () => {
    const { body } = await call('GET', '/api/v1/audit_log');
    return body.data.length > 0 && body.data;
  });
  expect(entries).toMatchObject([{ operation: 'POST /api/v1/api_keys', status: 201 }]);
  const { rows } = await database.query(`SELECT FROM api_keys WHERE name = 'hung up'`);
  expect(rows).toHaveLength(1);
});

test('what a key may not do is in the audit log with its 403, and what no key lets in is not', async () => {
  const { body: weak } = await call('POST', '/api/v1/api_keys', newKey('weak'));
  expect((await call('POST', '/api/v1/api_keys', newKey('more'), weak.key)).status).toBe(403);
  expect((await call('POST', '/api/v1/api_keys', newKey('more'), `${weak.key}x`)).status).toBe(401);
  const entries = await eventually(async () => {
    const { body } = await call('GET', `/api/v1/audit_log?api_key_id=${weak.id}`);
    return body.data.length > 0 && body.data;
  });
  expect(entries).toMatchObject([{ operation: 'POST /api/v1/api_keys', status: 403 }]);
});

test('a path with NUL in it does not keep its call out of the audit log', async () => {
  await call('PUT', '/api/v1/users/a%00b', {});
  const entry = await eventually(async () => {
    const { body } = await call('GET', '/api/v1/audit_log');
    return body.data.find(({ operation }: { operation: string }) => operation === 'PUT /api/v1/users/{user_id}');
  });
  expect(entry.target).toEqual({ user_id: 'a\ufffdb' });
});
