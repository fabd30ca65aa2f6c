import { Agent } from 'node:https';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type App, deleteApp, initializeApp } from 'firebase-admin/app';
import { getMessaging, type Messaging } from 'firebase-admin/messaging';
import { failureOf } from './failure-of.ts';
import { faultCases } from './fault-cases.ts';
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

async function send(token = 'token-1'): Promise<string> {
  return messaging.send({ token, notification: { title: 'Hi', body: 'There' }, data: { notification_id: 'n-1' } });
}

async function post(
  body: unknown,
  headers: Record<string, string> = { Authorization: 'Bearer any' },
  signal?: AbortSignal,
) {
  return fetch(`${sandbox.url}/v1/projects/${PROJECT}/messages:send`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal,
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
  const name = await send();
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
  expect(await failureOf(send('dead-1'))).toMatchObject({ code: 'messaging/registration-token-not-registered' });
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

faultCases({
  sandbox: () => sandbox,
  provider: 'fcm',
  send: () => send(),
  failure: () => failureOf(send()),
  // The client would try again by itself.
  failureWithoutClient: (timeoutMs = 10_000) =>
    failureOf(post({ message: { token: 'token-1' } }, undefined, AbortSignal.timeout(timeoutMs))),
  refusals: {
    reject_recipient: { code: 'messaging/registration-token-not-registered' },
    reject_content: { code: 'messaging/invalid-argument' },
    rate_limit: { code: 'messaging/message-rate-exceeded' },
    auth: { code: 'messaging/third-party-auth-error' },
  },
  timedOut: { name: 'TimeoutError' },
  cutOff: { cause: { code: 'ECONNRESET' } },
});

test('the client gives up on a fault transient that outlasts its own retries', async () => {
  // A wait longer than it is ready to take keeps it from retrying by itself.
  await sandbox.order({ channel: 'push', kind: 'transient', retry_after_seconds: 3_600, times: 1 });
  expect(await failureOf(send())).toMatchObject({ code: 'messaging/server-unavailable' });
  expect(await sandbox.faultsLeft()).toBe(0);
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
