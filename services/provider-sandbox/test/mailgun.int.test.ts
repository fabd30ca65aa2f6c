import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import Mailgun from 'mailgun.js';
import { failureOf } from './failure-of.ts';
import { faultCases } from './fault-cases.ts';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

const DOMAIN = 'mail.notify.test';

let sandbox: RunningSandbox;

const mail = (to: string) => ({
  to,
  from: 'Us <us@notify.test>',
  subject: 'Grüße',
  text: 'plain',
  html: '<p>rich</p>',
  'v:notification_id': 'n-1',
  'h:X-Extra': 'yes',
});

function send(to = 'ada@example.com', timeout?: number) {
  const client = new Mailgun(FormData).client({ username: 'api', key: 'any', url: sandbox.url, timeout });
  return client.messages.create(DOMAIN, mail(to));
}

const failure = (to = 'ada@example.com', timeoutMs?: number) => failureOf(send(to, timeoutMs));

const post = (form: Record<string, string>, headers: Record<string, string> = { Authorization: 'Basic eDp5' }) =>
  fetch(`${sandbox.url}/v3/${DOMAIN}/messages`, { method: 'POST', headers, body: new URLSearchParams(form) });

beforeAll(async () => {
  sandbox = await runSandbox();
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

test('a mail is accepted, answered as Mailgun does, and shown', async () => {
  const answer = await send();
  expect(answer).toMatchObject({ status: 200, message: 'Queued. Thank you.' });
  expect(answer.id).toMatch(/^<[^@]+@mail\.notify\.test>$/);
  const [received, ...others] = await sandbox.received('notification_id=n-1');
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    id: answer.id,
    channel: 'email',
    provider: 'mailgun',
    to: 'ada@example.com',
    from: 'us@notify.test',
    subject: 'Grüße',
    text: 'plain',
    html: '<p>rich</p>',
    notification_id: 'n-1',
    headers: { 'x-extra': 'yes' },
  });
  expect(received?.headers).not.toHaveProperty('authorization');
});

test('a list of recipients is one message for each', async () => {
  const response = await post({ ...whole, to: 'Ada <ada@example.com>, bob@example.com' });
  expect(response.status).toBe(200);
  expect((await sandbox.received()).map(({ to }) => to)).toEqual(['bob@example.com', 'ada@example.com']);
});

test("a batch's recipients get their own variables", async () => {
  const response = await post({
    ...whole,
    to: 'ada@example.com, bob@example.com',
    text: 'Dear %recipient.name% (%recipient%)',
    'v:notification_id': '%recipient.id%',
    'recipient-variables': JSON.stringify({
      'ada@example.com': { name: 'Ada', id: 'n-1' },
      'bob@example.com': { name: 'Bob', id: 'n-2' },
    }),
  });
  expect(response.status).toBe(200);
  expect(await sandbox.received()).toMatchObject([
    { to: 'bob@example.com', text: 'Dear Bob (bob@example.com)', notification_id: 'n-2' },
    { to: 'ada@example.com', text: 'Dear Ada (ada@example.com)', notification_id: 'n-1' },
  ]);
  const broken = await post({ ...whole, 'recipient-variables': '{ not json' });
  expect(broken.status).toBe(400);
});

test.each([
  ['bounce-1@sandbox.test', 400, 'to parameter'],
  ['tempfail-1@sandbox.test', 503, 'Unavailable'],
  ['spam-1@sandbox.test', 400, 'text'],
])('%s is always refused with HTTP %d about %s', async (to, status, about) => {
  expect(await failure(to)).toMatchObject({ status, details: expect.stringContaining(about) });
  expect(await sandbox.received()).toEqual([]);
});

faultCases({
  sandbox: () => sandbox,
  provider: 'mailgun',
  send: () => send(),
  failure: (timeoutMs) => failure(undefined, timeoutMs),
  refusals: {
    reject_recipient: { status: 400 },
    reject_content: { status: 400 },
    transient: { status: 503 },
    rate_limit: { status: 429 },
    auth: { status: 401 },
  },
  timedOut: { details: expect.stringMatching(/timeout/) },
  cutOff: { details: expect.stringMatching(/ECONNRESET|socket hang up/) },
});

test('the client learns when to try again', async () => {
  await sandbox.order({ channel: 'email', kind: 'rate_limit', retry_after_seconds: 7, times: 1 });
  expect((await post(whole)).headers.get('retry-after')).toBe('7');
});

const whole = { from: 'us@notify.test', to: 'ada@example.com', subject: 'Hello', text: 'x' };
test.each([
  ['no sender', { ...whole, from: '' }, 'from parameter is missing'],
  ['a sender that is none', { ...whole, from: 'us' }, 'from parameter is not a valid address'],
  ['nobody', { ...whole, to: '' }, 'to parameter is missing'],
  ['a recipient that is none', { ...whole, to: 'ada@example.com, ada' }, 'to parameter is not a valid address'],
  ['no body', { ...whole, text: '' }, "Need at least one of 'text' or 'html'"],
])('%s is refused in words', async (_name, form, words) => {
  const response = await post(form);
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({ message: expect.stringContaining(words) });
});

test('what is no form is refused', async () => {
  const response = await fetch(`${sandbox.url}/v3/${DOMAIN}/messages`, {
    method: 'POST',
    headers: { Authorization: 'Basic eDp5', 'Content-Type': 'application/json' },
    body: '{}',
  });
  expect(response.status).toBe(400);
});

test('a request without a key is refused', async () => {
  expect((await post(whole, {})).status).toBe(401);
});
