import { writeSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from '@notify/client';
import { eventually } from '@notify/testing';
import fc from 'fast-check';
import { Pool } from 'undici';
import { api, apiKey, createUser, freshEmail, freshPhone, gatewayUrl, send, settled, unique } from '../system.ts';
import { type DocumentedOperation, readOpenApi } from './open-api.ts';
import { type FuzzRequest, receiptRequestsFor, requestsFor } from './requests.ts';
import type { KnownValues } from './values.ts';

/** Requests for each operation. More of them in a longer run: FUZZ_RUNS=2000 npm test -- --only=e2e fuzz */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 60);
const ANSWER_DEADLINE_MS = 10_000;
/** A machine that is too busy gets over it; an error behind the gateway, which it tells as 503, does not. */
const TRIES_AT_503 = 4;

const { operations, codes } = await readOpenApi();
const byStatus = new Map<number, number>();
/** The metadata of what was accepted, by its id; undefined where none was sent. */
const accepted = new Map<string, unknown>();
const startedAt = new Date().toISOString();
const client = createClient({ baseUrl: gatewayUrl, apiKey });
const pool = new Pool(gatewayUrl, { connections: 1, maxHeaderSize: 65_536 });
let known: KnownValues = {};
/** Somebody else, so that the others' notifications stay as they were sent. */
let erasable: KnownValues = {};
const ERASURE = 'DELETE /api/v1/users/{user_id}';

beforeAll(async () => {
  const user = await createUser({ email: freshEmail(), phone: freshPhone() });
  const code = unique('template');
  await api('POST', '/api/v1/templates', { code, default_locale: 'en' });
  await api('PUT', `/api/v1/templates/${code}/draft/en`, { sms: { text: 'Hello {{ name }}' } });
  await api('POST', `/api/v1/templates/${code}/publish`, {});
  const { notification_id: id } = await send({ user_id: user, content: { title: 'T', body: 'B' } });
  known = {
    user_id: [user],
    id: [id],
    code: [code, unique('other')],
    locale: ['en', 'fr-CA'],
    version: ['1', '2', '99999999999'],
    timezone: ['Africa/Lagos'],
    phone: [freshPhone(), freshPhone()],
  };
  erasable = { ...known, user_id: [await createUser({ email: freshEmail() })] };
});
afterAll(async () => {
  await pool.close();
  // They would be called from now on.
  for await (const { id } of client.webhooks.list()) await client.webhooks.delete(id);
  const total = [...byStatus.values()].reduce((sum, count) => sum + count, 0);
  const counts = [...byStatus].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
  // Past Jest, which keeps back what tests print when several files run.
  writeSync(1, `\nfuzz: ${operations.length} operations, ${total} requests; ${counts.join(', ')}\n`);
});

async function exchange({ method, target, headers, body }: FuzzRequest) {
  const answer = await pool.request({
    method,
    path: target,
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    body,
    headersTimeout: ANSWER_DEADLINE_MS,
    bodyTimeout: ANSWER_DEADLINE_MS,
  });
  const text = await answer.body.text();
  byStatus.set(answer.statusCode, (byStatus.get(answer.statusCode) ?? 0) + 1);
  return { status: answer.statusCode, type: String(answer.headers['content-type']), text };
}

interface Sent {
  metadata?: unknown;
  notifications?: Sent[];
}
/** The gateway reads over a byte order mark. */
function sentBy({ body }: FuzzRequest): Sent {
  return typeof body === 'string' && body !== '' ? (JSON.parse(body.replace(/^\ufeff/, '')) ?? {}) : {};
}

/** Remembers what a 202 promised: one notification, or those of a batch. */
function noteAccepted(request: FuzzRequest, text: string): void {
  const { notification_id: id, results = [] } = JSON.parse(text) as {
    notification_id?: string;
    results?: { notification_id?: string }[];
  };
  const { metadata, notifications = [] } = sentBy(request);
  if (id !== undefined) accepted.set(id, metadata);
  for (const [index, { notification_id: id }] of results.entries()) {
    if (id !== undefined) accepted.set(id, notifications[index]?.metadata);
  }
}

/** What a caller keeps with us comes back as it was, or was refused. */
function expectSameMetadata(request: FuzzRequest, text: string): void {
  const { metadata } = sentBy(request);
  const answered = text === '' ? undefined : (JSON.parse(text) as Sent).metadata;
  if (metadata !== undefined && answered !== undefined)
    expect([answered, isDeepStrictEqual(answered, metadata)]).toEqual([answered, true]);
}

/** Throws unless the answer is one that the documentation allows. */
async function expectGoodAnswer(request: FuzzRequest): Promise<void> {
  let answer = await exchange(request);
  for (let tries = 1; answer.status === 503 && tries < TRIES_AT_503; tries += 1) answer = await exchange(request);
  if (answer.status === 202) noteAccepted(request, answer.text);
  if (answer.status === 200 || answer.status === 201) expectSameMetadata(request, answer.text);
  if (answer.status < 400) return;
  expect(answer).toMatchObject({ type: expect.stringContaining('application/problem+json') });
  const { status, code } = JSON.parse(answer.text);
  expect(status).toBe(answer.status);
  expect(codes).toContain(code);
  // That every channel failed is an outcome, which the synchronous form tells as 500.
  if (answer.status >= 500) expect([answer.text, code]).toEqual([answer.text, 'delivery_failed']);
}

const fuzz = (requests: fc.Arbitrary<FuzzRequest>) =>
  fc.assert(fc.asyncProperty(requests, expectGoodAnswer), { numRuns: RUNS, endOnFailure: true });
const nameOf = ({ method, path }: DocumentedOperation) => `${method} ${path}`;

test.each(operations.map((operation) => [nameOf(operation), operation] as const))(
  'whatever comes to %s gets a good answer in time',
  (name, operation) => fuzz(requestsFor(operation, name === ERASURE ? erasable : known)),
  RUNS * 1_000 + 60_000,
);

test.each(['sendgrid', 'mailgun', 'twilio', 'onesignal', 'nobody'])(
  'rubbish for /receipts/%s gets a good answer in time',
  (vendor) => fuzz(receiptRequestsFor(vendor)),
  RUNS * 1_000 + 60_000,
);

test('all that was accepted is on the record, as it was sent: nothing in it was more than the services behind the gateway can carry', async () => {
  expect(accepted.size).toBeGreaterThan(0);
  const changed: unknown[] = [];
  // The list, since a single one is answered from the gateway's own summary as well.
  await eventually(async () => {
    const missing = new Set(accepted.keys());
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = `limit=200&created_after=${startedAt}${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { body } = await api('GET', `/api/v1/notifications?${query}`);
      for (const { notification_id: id, metadata } of body.data) {
        missing.delete(id);
        const sent = accepted.get(id);
        if (sent !== undefined && !isDeepStrictEqual(metadata, sent)) changed.push({ sent, metadata });
      }
      cursor = body.meta.next_cursor;
    }
    expect([...missing]).toEqual([]);
    return true;
  }, 30_000);
  expect(changed).toEqual([]);
});

test('after all of it the gateway is ready, and a notification is delivered', async () => {
  expect((await fetch(`${gatewayUrl}/health/ready`)).status).toBe(200);
  const { notification_id: id } = await send({ to: { email: freshEmail() }, content: { title: 'T', body: 'B' } });
  expect(await settled(id)).toMatchObject({ status: 'sent' });
});
