import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createConfiguration, DefaultApi, ServerConfiguration } from '@onesignal/node-onesignal';
import { failureOf } from './failure-of.ts';
import { faultCases } from './fault-cases.ts';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sandbox: RunningSandbox;
let client: DefaultApi;

const push = (token: string) => ({
  app_id: 'an-app',
  include_subscription_ids: [token],
  headings: { en: 'Hi' },
  contents: { en: 'There' },
  data: { notification_id: 'n-1' },
});

const send = (token = 'token-1') => client.createNotification(push(token));

const post = (body: unknown, headers: Record<string, string> = { Authorization: 'Key any' }, signal?: AbortSignal) =>
  fetch(`${sandbox.url}/notifications`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal,
  });

beforeAll(async () => {
  sandbox = await runSandbox();
  const baseServer = new ServerConfiguration(sandbox.url, {});
  client = new DefaultApi(createConfiguration({ restApiKey: 'any', baseServer }));
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

test('a push is accepted, answered as OneSignal does, and shown', async () => {
  const { id } = await send();
  const [received, ...others] = await sandbox.received('notification_id=n-1');
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    id,
    channel: 'push',
    provider: 'onesignal',
    to: 'token-1',
    from: 'an-app',
    title: 'Hi',
    body: 'There',
    data: { notification_id: 'n-1' },
  });
  expect(received?.headers).not.toHaveProperty('authorization');
});

test('the same idempotency key is the same push', async () => {
  const keyed = { ...push('token-1'), idempotency_key: randomUUID() };
  const first = await client.createNotificationWithRetry(keyed);
  const second = await client.createNotificationWithRetry(keyed);
  expect([first.wasReplayed, second.wasReplayed]).toEqual([false, true]);
  expect(second.response.id).toBe(first.response.id);
  expect(await sandbox.received()).toHaveLength(1);
});

test('a dead token is always answered 200, without an id, and named', async () => {
  const answer = await send('dead-1');
  expect(answer).toMatchObject({ id: '', errors: { invalid_player_ids: ['dead-1'] } });
  expect(await sandbox.received()).toEqual([]);
});

test('a flaky token is always answered 503', async () => {
  expect(await failureOf(send('flaky-1'))).toMatchObject({
    code: 503,
    errorMessages: ['Service temporarily unavailable'],
  });
});

faultCases({
  sandbox: () => sandbox,
  provider: 'onesignal',
  send: () => send(),
  failure: () => failureOf(send()),
  failureWithoutClient: (timeoutMs = 10_000) =>
    failureOf(post(push('token-1'), undefined, AbortSignal.timeout(timeoutMs))),
  refusals: {
    reject_content: { code: 400 },
    transient: { code: 503 },
    rate_limit: { code: 429 },
    auth: { code: 403 },
  },
  timedOut: { name: 'TimeoutError' },
  cutOff: { cause: { code: 'ECONNRESET' } },
});

test('the client learns when to try again', async () => {
  await sandbox.order({ channel: 'push', kind: 'rate_limit', retry_after_seconds: 60, times: 1 });
  expect((await post(push('token-1'))).headers.get('retry-after')).toBe('60');
});

test.each([
  ['no JSON', '{', 'JSON'],
  ['no app', { ...push('token-1'), app_id: undefined }, 'app_id not found'],
  ['nobody', { ...push('token-1'), include_subscription_ids: [] }, 'You must include which players'],
  ['no English', { ...push('token-1'), contents: { fr: 'Là' } }, 'must have English'],
  ['a key that is no UUID', { ...push('token-1'), idempotency_key: 'mine' }, 'valid UUID'],
])('%s is refused in words', async (_name, body, words) => {
  const response = await post(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ errors: [expect.stringContaining(words)] });
});

test('a request without a key is refused', async () => {
  expect((await post(push('token-1'), {})).status).toBe(403);
});
