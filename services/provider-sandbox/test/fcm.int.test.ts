import { Agent } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type App, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Messaging } from 'firebase-admin/messaging';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

const PROJECT = 'sandbox-project';

let sandbox: RunningSandbox;
let app: App;
let messaging: Messaging;

/** The real client speaks to fcm.googleapis.com; only its connections lead here. */
class RedirectedAgent extends Agent {
  override createConnection(): Duplex {
    return connect(sandbox.port, '127.0.0.1');
  }
}

async function send(token: string): Promise<string> {
  return messaging.send({ token, notification: { title: 'Hi', body: 'There' }, data: { notification_id: 'n-1' } });
}

async function failure(token: string): Promise<{ code: string }> {
  const error: unknown = await send(token).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error('the push was accepted');
  return error as { code: string };
}

async function post(body: unknown, headers: Record<string, string> = { Authorization: 'Bearer any' }) {
  return fetch(`${sandbox.url}/v1/projects/${PROJECT}/messages:send`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

beforeAll(async () => {
  sandbox = await runSandbox();
  app = initializeApp({
    projectId: PROJECT,
    credential: { getAccessToken: async () => ({ access_token: 'any', expires_in: 3_600 }) },
    httpAgent: new RedirectedAgent(),
  });
  messaging = getMessaging(app);
});
afterEach(() => sandbox.reset());
afterAll(async () => {
  await deleteApp(app);
  await sandbox.stop();
});

test('a push is accepted, answered as FCM does, and shown', async () => {
  const name = await send('token-1');
  expect(name).toMatch(/^projects\/sandbox-project\/messages\/0:\d+%[0-9a-f]+$/);
  const [received, ...others] = await sandbox.received('notification_id=n-1');
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    id: name,
    channel: 'push',
    provider: 'fcm',
    to: 'token-1',
    title: 'Hi',
    body: 'There',
    data: { notification_id: 'n-1' },
  });
  expect(received?.headers).not.toHaveProperty('authorization');
});

test('a dry run is answered and not kept', async () => {
  await messaging.send({ token: 'token-1', data: {} }, true);
  expect(await sandbox.received()).toEqual([]);
});

test('a dead token is always refused as unregistered', async () => {
  expect((await failure('dead-1')).code).toBe('messaging/registration-token-not-registered');
  expect(await sandbox.received()).toEqual([]);
});

test('a flaky token is always answered 503 UNAVAILABLE', async () => {
  const response = await post({ message: { token: 'flaky-1' } });
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    error: {
      code: 503,
      status: 'UNAVAILABLE',
      details: [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'UNAVAILABLE' }],
    },
  });
});

test.each([
  ['reject_recipient', 'messaging/registration-token-not-registered'],
  ['reject_content', 'messaging/invalid-argument'],
  ['rate_limit', 'messaging/message-rate-exceeded'],
  ['auth', 'messaging/third-party-auth-error'],
])('the client reads the fault %s as %s, once', async (kind, code) => {
  await sandbox.order({ provider: 'fcm', kind, times: 1 });
  expect((await failure('token-1')).code).toBe(code);
  expect(await sandbox.received()).toEqual([]);
  await send('token-1');
  expect(await sandbox.received()).toHaveLength(1);
});

test('the client gives up on a fault transient that outlasts its own retries', async () => {
  // A wait longer than it is ready to take keeps it from retrying by itself.
  await sandbox.order({ channel: 'push', kind: 'transient', retry_after_seconds: 3_600, times: 1 });
  expect((await failure('token-1')).code).toBe('messaging/server-unavailable');
  expect(await sandbox.faultsLeft()).toBe(0);
});

test('the fault slow answers late', async () => {
  await sandbox.order({ kind: 'slow', latency_ms: 300, times: 1 });
  const startedAt = performance.now();
  await send('token-1');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
});

test('the fault timeout never answers and keeps nothing', async () => {
  await sandbox.order({ kind: 'timeout', times: 1 });
  const request = fetch(`${sandbox.url}/v1/projects/${PROJECT}/messages:send`, {
    method: 'POST',
    headers: { Authorization: 'Bearer any' },
    body: JSON.stringify({ message: { token: 'token-1' } }),
    signal: AbortSignal.timeout(200),
  });
  await expect(request).rejects.toMatchObject({ name: 'TimeoutError' });
  expect(await sandbox.received()).toEqual([]);
});

test.each([
  ['reset_before_accept', 0],
  ['accept_then_reset', 1],
])('the fault %s cuts the line and keeps %d messages', async (kind, kept) => {
  await sandbox.order({ kind, times: 1 });
  await expect(post({ message: { token: 'token-1' } })).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  expect(await sandbox.received()).toHaveLength(kept);
});

test.each([
  ['no JSON', '{'],
  ['no message', {}],
  ['no token', { message: { data: {} } }],
  ['data that is not text', { message: { token: 't', data: { count: 1 } } }],
  ['more than 4 KB', { message: { token: 't', notification: { body: 'x'.repeat(4_096) } } }],
])('%s is refused as INVALID_ARGUMENT', async (_name, body) => {
  const response = await post(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: { status: 'INVALID_ARGUMENT', details: [{ errorCode: 'INVALID_ARGUMENT' }, {}] },
  });
});

test('a request without a token of access is refused', async () => {
  const response = await post({ message: { token: 't' } }, {});
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ error: { status: 'UNAUTHENTICATED' } });
});

test('the token endpoint hands out access tokens', async () => {
  const response = await fetch(`${sandbox.url}/token`, { method: 'POST' });
  expect(await response.json()).toMatchObject({
    access_token: expect.any(String),
    token_type: 'Bearer',
    expires_in: 3_599,
  });
});
