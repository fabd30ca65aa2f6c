import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sandbox: RunningSandbox;

beforeAll(async () => {
  sandbox = await runSandbox();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

async function text(to: string, body = 'Hello'): Promise<Response> {
  return fetch(`${sandbox.url}/2010-04-01/Accounts/AC1/Messages.json`, {
    method: 'POST',
    headers: { Authorization: 'Basic eDp5' },
    body: new URLSearchParams({ To: to, From: '+15005550006', Body: body }),
  });
}

test('everything wrong with a fault is said at once', async () => {
  const response = await sandbox.order({ channel: 'pigeon', kind: 'nope', times: 0, latency_ms: -1, extra: true });
  expect(response.status).toBe(400);
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as { code: string; errors: { field: string }[] };
  expect(problem.code).toBe('validation_failed');
  expect(problem.errors.map(({ field }) => field).sort()).toEqual(['channel', 'extra', 'kind', 'latency_ms', 'times']);
});

test('a fault that could never match is refused', async () => {
  expect((await sandbox.order({ channel: 'sms', provider: 'smtp', kind: 'transient' })).status).toBe(400);
});

test('a fault without a body is refused', async () => {
  expect((await fetch(`${sandbox.url}/api/faults`, { method: 'POST' })).status).toBe(400);
});

test('faults are listed with what is left of them, and cleared', async () => {
  const created = await sandbox.order({ channel: 'sms', kind: 'transient', times: 3 });
  expect(created.status).toBe(201);
  const { id } = (await created.json()) as { id: string };
  await text('+2348012345678');
  const listed = await (await fetch(`${sandbox.url}/api/faults`)).json();
  expect(listed).toMatchObject({ data: [{ id, channel: 'sms', kind: 'transient', times: 3, remaining: 2 }] });
  expect((await fetch(`${sandbox.url}/api/faults`, { method: 'DELETE' })).status).toBe(204);
  expect(await sandbox.faultsLeft()).toBe(0);
  expect((await text('+2348012345678')).status).toBe(201);
});

test('messages are counted, limited and cleared', async () => {
  for (const body of ['one', 'two', 'three']) await text('+2348012345678', body);
  expect(await (await fetch(`${sandbox.url}/api/messages/count`)).json()).toEqual({ count: 3 });
  expect(await sandbox.received('limit=2')).toMatchObject([{ body: 'three' }, { body: 'two' }]);
  expect(await sandbox.received('channel=EMAIL')).toEqual([]);
  expect((await fetch(`${sandbox.url}/api/messages`, { method: 'DELETE' })).status).toBe(204);
  expect(await sandbox.received()).toEqual([]);
});

test('a query that means nothing is refused', async () => {
  const response = await fetch(`${sandbox.url}/api/messages?channel=pigeon&limit=0&status=sent`);
  expect(response.status).toBe(400);
  const problem = (await response.json()) as { errors: { field: string }[] };
  expect(problem.errors.map(({ field }) => field).sort()).toEqual(['channel', 'limit', 'status']);
});

test('a reader who has seen it all is told so, until something new arrives', async () => {
  const first = await fetch(`${sandbox.url}/api/messages`);
  const seen = { 'If-None-Match': first.headers.get('etag') ?? '' };
  expect((await fetch(`${sandbox.url}/api/messages`, { headers: seen })).status).toBe(304);
  await text('+2348012345678');
  expect((await fetch(`${sandbox.url}/api/messages`, { headers: seen })).status).toBe(200);
});

test.each(['/api/v1/notifications', '/api/nothing'])('what is not built yet is not there: %s', async (path) => {
  const response = await fetch(`${sandbox.url}${path}`, { method: 'POST' });
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'not_found' });
});

test('the page may load and run nothing but its own files', async () => {
  const page = await fetch(sandbox.url);
  expect(page.headers.get('content-type')).toContain('text/html');
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  for (const file of ['sandbox.css', 'sandbox.js']) {
    expect((await fetch(`${sandbox.url}/${file}`)).status).toBe(200);
  }
});

test('it stops at once although a client waits for an answer that never comes', async () => {
  const other = await runSandbox();
  await other.order({ kind: 'timeout' });
  const hanging = fetch(`${other.url}/2010-04-01/Accounts/AC1/Messages.json`, {
    method: 'POST',
    headers: { Authorization: 'Basic eDp5' },
    body: new URLSearchParams({ To: '+2348012345678', From: '+15005550006', Body: 'x' }),
  });
  const failed = expect(hanging).rejects.toThrow();
  // A later answer on its own connection: by then the hanging one has been taken in.
  await other.received();
  await other.stop();
  await failed;
});
