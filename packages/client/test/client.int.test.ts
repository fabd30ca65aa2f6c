import { afterEach, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { type ClientOptions, createClient, NotifyError } from '../src/index.ts';
import { type Answer, json, problem, reset, silence, startScriptedServer } from './scripted-server.ts';

const request = { to: { email: 'a@example.com' }, content: { body: 'Hello' } };
const accepted = json(202, { notification_id: 'n-1', status: 'accepted' });

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function clientOf(answers: Answer[], options: Partial<ClientOptions> = {}) {
  const server = await startScriptedServer(...answers);
  opened.push(server);
  return { client: createClient({ baseUrl: server.baseUrl, apiKey: 'nk_test_a_b', ...options }), seen: server.seen };
}
const errorOf = (promise: Promise<unknown>): Promise<NotifyError> =>
  promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: NotifyError) => error,
  );

test('a send is tried again through resets, 429, 503 and 409 in flight, under one key', async () => {
  const { client, seen } = await clientOf([
    reset,
    problem(429, 'rate_limited'),
    problem(503, 'dependency_unavailable'),
    problem(409, 'request_in_flight'),
    accepted,
  ]);
  expect(await client.notifications.send(request)).toMatchObject({ notification_id: 'n-1' });
  expect(seen).toHaveLength(5);
  expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/notifications', body: JSON.stringify(request) });
  expect(seen[0]?.headers).toMatchObject({ authorization: 'Bearer nk_test_a_b', 'content-type': 'application/json' });
  expect(new Set(seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  expect(seen[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
});

test('two sends have two keys; one of your own is taken, and one in the body needs no header', async () => {
  const { client, seen } = await clientOf([accepted]);
  await client.notifications.send(request);
  await client.notifications.send(request);
  await client.notifications.send(request, { idempotencyKey: 'order-1' });
  await client.notifications.send({ ...request, idempotency_key: 'order-2' });
  const [first, second, third, fourth] = seen.map(({ headers }) => headers['idempotency-key']);
  expect(first).not.toBe(second);
  expect([third, fourth]).toEqual(['order-1', undefined]);
});

test('Retry-After is waited for', async () => {
  const { client, seen } = await clientOf([
    problem(503, 'dependency_unavailable', {}, { 'retry-after': '1' }),
    accepted,
  ]);
  await client.notifications.send(request);
  expect((seen[1]?.at ?? 0) - (seen[0]?.at ?? 0)).toBeGreaterThanOrEqual(1_000);
});

test('who is asked to wait for minutes is told so instead', async () => {
  const { client, seen } = await clientOf([problem(429, 'rate_limited', {}, { 'retry-after': '600' })]);
  expect(await errorOf(client.notifications.send(request))).toMatchObject({ status: 429, retryAfterMs: 600_000 });
  expect(seen).toHaveLength(1);
});

test('after maxRetries the last error is thrown', async () => {
  const { client, seen } = await clientOf([problem(503, 'dependency_unavailable')], { maxRetries: 1 });
  expect(await errorOf(client.notifications.send(request))).toMatchObject({
    status: 503,
    code: 'dependency_unavailable',
    correlationId: 'c-1',
  });
  expect(seen).toHaveLength(2);
});

test('no connection is an error of the same kind, without a status', async () => {
  const { client } = await clientOf([reset], { maxRetries: 0 });
  const error = await errorOf(client.users.get('ada'));
  expect(error).toBeInstanceOf(NotifyError);
  expect(error).toMatchObject({ status: 0, code: 'no_answer' });
});

test('an answer that does not come within timeoutMs is asked for again', async () => {
  const { client, seen } = await clientOf([silence, accepted], { timeoutMs: 200 });
  expect(await client.notifications.send(request)).toMatchObject({ notification_id: 'n-1' });
  expect(seen).toHaveLength(2);
});

test.each([
  [400, 'validation_failed'],
  [401, 'unauthorized'],
  [404, 'user_not_found'],
  [409, 'conflict'],
  [422, 'no_deliverable_channel'],
  [500, 'delivery_failed'],
])('%d %s is not tried again', async (status, code) => {
  const { client, seen } = await clientOf([problem(status, code), accepted]);
  expect(await errorOf(client.notifications.send(request))).toMatchObject({ status, code, detail: 'because' });
  expect(seen).toHaveLength(1);
});

test('a POST that has no key is not repeated after a reset or a 503, only after a 429', async () => {
  const afterReset = await clientOf([reset, json(202, {})]);
  expect(await errorOf(afterReset.client.notifications.retry('n-1'))).toMatchObject({ code: 'no_answer' });
  const after503 = await clientOf([problem(503, 'dependency_unavailable'), json(201, {})]);
  expect(await errorOf(after503.client.templates.publish('welcome'))).toMatchObject({ status: 503 });
  const after429 = await clientOf([problem(429, 'rate_limited'), json(201, { version: 1 })]);
  expect(await after429.client.templates.publish('welcome')).toEqual({ version: 1 });
  expect([afterReset, after503, after429].map(({ seen }) => seen.length)).toEqual([1, 1, 2]);
});

test('a delete whose first answer was lost has succeeded when it is gone the second time; one that was refused, or of a proxy, has not', async () => {
  const gone = problem(404, 'not_found');
  for (const lost of [reset, problem(503, 'dependency_unavailable')]) {
    const { client, seen } = await clientOf([lost, gone]);
    expect(await client.apiKeys.revoke('k-1')).toBeUndefined();
    expect(seen.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  }
  const never = await clientOf([gone]);
  expect(await errorOf(never.client.apiKeys.revoke('k-1'))).toMatchObject({ status: 404, code: 'not_found' });
  const refused = await clientOf([problem(429, 'rate_limited'), gone]);
  expect(await errorOf(refused.client.apiKeys.revoke('k-1'))).toMatchObject({ code: 'not_found' });
  const proxy = await clientOf([reset, (response) => response.writeHead(404).end('no such page')]);
  expect(await errorOf(proxy.client.apiKeys.revoke('k-1'))).toMatchObject({ code: 'unexpected_answer' });
  const read = await clientOf([reset, gone]);
  expect(await errorOf(read.client.users.get('ada'))).toMatchObject({ code: 'not_found' });
});

test('the caller ends a call that hangs, and one that waits for its next try', async () => {
  const reason = new Error('no longer wanted');
  const controller = new AbortController();
  const hanging = await clientOf([silence]);
  const call = errorOf(hanging.client.notifications.send(request, { signal: controller.signal }));
  await eventually(async () => hanging.seen.length === 1);
  controller.abort(reason);
  expect(await call).toBe(reason);

  const waiting = new AbortController();
  const busy = await clientOf([problem(503, 'dependency_unavailable', {}, { 'retry-after': '50' })]);
  const retried = errorOf(busy.client.notifications.send(request, { signal: waiting.signal }));
  await eventually(async () => busy.seen.length === 1);
  waiting.abort(reason);
  expect(await retried).toBe(reason);
  expect(busy.seen).toHaveLength(1);
});

test('a problem is told whole: attempts, channels, every field', async () => {
  const attempts = [{ channel: 'email', status: 'failed' }];
  const outcome = problem(422, 'undeliverable', { attempts, notification_id: 'n-1' });
  const { client } = await clientOf([
    outcome,
    problem(422, 'no_deliverable_channel', { channels: [{ channel: 'sms', reason: 'no_contact' }] }),
    problem(400, 'validation_failed', { errors: [{ field: 'to', code: 'object_missing', message: 'x' }] }),
  ]);
  const notify = { to: { email: 'a@example.com' }, message: 'm', type: 'otp' };
  expect(await errorOf(client.notifications.notify(notify))).toMatchObject({ attempts, notificationId: 'n-1' });
  expect(await errorOf(client.notifications.send(request))).toMatchObject({
    channels: [{ channel: 'sms', reason: 'no_contact' }],
  });
  expect(await errorOf(client.notifications.send(request))).toMatchObject({ errors: [{ field: 'to' }] });
});

test('a redirect and a page of a proxy are errors, never taken for an answer', async () => {
  const { client, seen } = await clientOf([
    (response) => response.writeHead(301, { location: '/api/v1/notifications' }).end(),
    (response) => response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Forbidden</h1>'),
    (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>'),
  ]);
  for (const status of [301, 403, 200]) {
    expect(await errorOf(client.notifications.send(request))).toMatchObject({ status, code: 'unexpected_answer' });
  }
  expect(seen).toHaveLength(3);
});

test('a list walks its cursors, and asks only as far as it is read', async () => {
  const page = (data: number[], next: string | null) => json(200, { data, meta: { limit: 2, next_cursor: next } });
  const { client, seen } = await clientOf([page([1, 2], 'c&2'), page([], 'c3'), page([3], null)]);
  const items: unknown[] = [];
  const query = { status: 'failed', limit: 2, created_after: new Date(0), channel: undefined } as const;
  for await (const item of client.notifications.list(query)) items.push(item);
  expect(items).toEqual([1, 2, 3]);
  const asked = 'status=failed&limit=2&created_after=1970-01-01T00%3A00%3A00.000Z';
  expect(seen.map(({ url }) => url)).toEqual([
    `/api/v1/notifications?${asked}`,
    `/api/v1/notifications?${asked}&cursor=c%262`,
    `/api/v1/notifications?${asked}&cursor=c3`,
  ]);

  const partly = await clientOf([page([1, 2], 'c2')]);
  for await (const _first of partly.client.users.list()) break;
  expect(partly.seen).toHaveLength(1);
  expect(await partly.client.users.list({ cursor: 'c2' }).page()).toMatchObject({ data: [1, 2] });
  expect(partly.seen[1]?.url).toBe('/api/v1/users?cursor=c2');
});

test('what a caller puts into a path stays one segment', async () => {
  const { client, seen } = await clientOf([json(200, {}), (response) => response.writeHead(204).end()]);
  await client.users.get('a/../b?c');
  expect(await client.users.devices.delete('ada', 'x/y:z')).toBeUndefined();
  expect(seen.map(({ url }) => url)).toEqual(['/api/v1/users/a%2F..%2Fb%3Fc', '/api/v1/users/ada/devices/x%2Fy%3Az']);
  expect(() => client.users.get('')).toThrow(TypeError);
  expect(() => client.users.get('..')).toThrow(TypeError);
});

test('a base address with a path is kept, and one is asked until a notification is settled', async () => {
  const server = await startScriptedServer(json(200, { status: 'retrying' }), json(200, { status: 'sent' }));
  opened.push(server);
  const client = createClient({ baseUrl: `${server.baseUrl}/notify/`, apiKey: 'k' });
  expect(await client.notifications.waitUntilSettled('n-1')).toEqual({ status: 'sent' });
  expect(server.seen.map(({ url }) => url)).toEqual(Array(2).fill('/notify/api/v1/notifications/n-1'));
});

test('what does not settle in time is told as what it is', async () => {
  const { client } = await clientOf([json(200, { status: 'retrying' })]);
  const waiting = client.notifications.waitUntilSettled('n-1', { timeoutMs: 150 });
  expect(await errorOf(waiting)).toMatchObject({ code: 'not_settled', detail: 'it is still retrying after 150 ms' });
});

test('the waiting ends with its time, whatever the call in hand is waiting for, and with its own signal', async () => {
  const busy = problem(503, 'dependency_unavailable', {}, { 'retry-after': '50' });
  for (const answer of [silence, busy, reset]) {
    const { client } = await clientOf([answer]);
    const startedAt = performance.now();
    const error = await errorOf(client.notifications.waitUntilSettled('n-1', { timeoutMs: 200 }));
    expect(error).toMatchObject({ code: 'not_settled', detail: 'there was no answer after 200 ms' });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  }
  const { client, seen } = await clientOf([json(200, { status: 'retrying' })]);
  const controller = new AbortController();
  const waiting = errorOf(client.notifications.waitUntilSettled('n-1', { signal: controller.signal }));
  await eventually(async () => seen.length > 0);
  const reason = new Error('no longer wanted');
  controller.abort(reason);
  expect(await waiting).toBe(reason);
});

test('what goes wrong while it waits is told as what it is', async () => {
  const { client } = await clientOf([problem(401, 'unauthorized')]);
  expect(await errorOf(client.notifications.waitUntilSettled('n-1'))).toMatchObject({ code: 'unauthorized' });
});
