import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import twilio from 'twilio';
import { failureOf } from './failure-of.ts';
import { faultCases } from './fault-cases.ts';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

const ACCOUNT_SID = `AC${'0'.repeat(32)}`;
const FROM = '+15005550006';

let sandbox: RunningSandbox;
let client: twilio.Twilio;

/** The real client; only the origin of its requests is another. */
class RedirectedClient extends twilio.RequestClient {
  override request<T>(options: Parameters<typeof twilio.RequestClient.prototype.request<T>>[0]) {
    const { pathname, search } = new URL(options.uri);
    return super.request<T>({ ...options, uri: `${sandbox.url}${pathname}${search}` });
  }
}

const send = (to = '+2348012345678') => client.messages.create({ to, from: FROM, body: 'Hello' });
function failure(to = '+2348012345678', timeout?: number): Promise<unknown> {
  const impatient = twilio(ACCOUNT_SID, 'secret', { httpClient: new RedirectedClient({ timeout }) });
  return failureOf(impatient.messages.create({ to, from: FROM, body: 'Hello' }));
}

beforeAll(async () => {
  sandbox = await runSandbox();
  client = twilio(ACCOUNT_SID, 'secret', { httpClient: new RedirectedClient() });
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

test('a text message is accepted, answered as Twilio does, and shown', async () => {
  const message = await client.messages.create({
    to: '+2348012345678',
    from: FROM,
    body: 'Ẹ kú àárọ̀',
    statusCallback: 'http://gateway.test/receipts/twilio?notification_id=n-1&x=y',
  });
  expect(message).toMatchObject({ status: 'queued', errorCode: null, accountSid: ACCOUNT_SID, body: 'Ẹ kú àárọ̀' });
  expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
  expect(Number.isNaN(message.dateCreated.getTime())).toBe(false);

  const [received, ...others] = await sandbox.received('notification_id=n-1');
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    id: message.sid,
    channel: 'sms',
    provider: 'twilio',
    to: '+2348012345678',
    from: FROM,
    body: 'Ẹ kú àárọ̀',
    notification_id: 'n-1',
  });
  expect(received?.headers['user-agent']).toContain('twilio-node');
  expect(JSON.stringify(received)).not.toContain('secret');
  expect(received?.headers).not.toHaveProperty('authorization');
});

test('a message service may send in place of a number', async () => {
  const messagingServiceSid = `MG${'1'.repeat(32)}`;
  const message = await client.messages.create({ to: '+2348012345678', messagingServiceSid, body: 'Hello' });
  expect(message.status).toBe('accepted');
  expect(await sandbox.received('channel=sms')).toMatchObject([{ from: messagingServiceSid }]);
});

test('a number is found by its + whether or not anybody encoded it', async () => {
  await send();
  expect(await sandbox.received('to=%2B2348012345678')).toHaveLength(1);
  expect(await sandbox.received('to=+2348012345678')).toHaveLength(1);
});

test.each([
  ['a short body', 'Hello', '1'],
  ['161 plain characters', 'x'.repeat(161), '2'],
  ['71 characters beyond the phone alphabet', `${'ñ'.repeat(70)}ọ`, '2'],
])('%s has its number of segments', async (_name, body, segments) => {
  const message = await client.messages.create({ to: '+2348012345678', from: FROM, body });
  expect(message.numSegments).toBe(segments);
});

test.each([
  ['+15005550123', 400, 21211],
  ['+15005550923', 400, 21614],
  ['+15005550423', 400, 21610],
  ['+15005559923', 429, 20429],
])('%s is always refused with HTTP %d, code %d', async (to, status, code) => {
  const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
  expect(await failure(to)).toMatchObject({ status, code, moreInfo });
  expect(await sandbox.received()).toEqual([]);
});

test.each([
  ['no recipient', { From: FROM, Body: 'x' }, 21604],
  ['no sender', { To: '+2348012345678', Body: 'x' }, 21603],
  ['no body', { To: '+2348012345678', From: FROM }, 21602],
  ['an impossible number', { To: '12345', From: FROM, Body: 'x' }, 21211],
  ['a body that is too long', { To: '+2348012345678', From: FROM, Body: 'x'.repeat(1_601) }, 21617],
])('%s is refused with Twilio’s code', async (_name, form, code) => {
  const response = await fetch(`${sandbox.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`, {
    method: 'POST',
    headers: { Authorization: 'Basic eDp5' },
    body: new URLSearchParams(form as Record<string, string>),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code, status: 400 });
});

test('a request without credentials is refused', async () => {
  const response = await fetch(`${sandbox.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`, { method: 'POST' });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ code: 20003 });
});

faultCases({
  sandbox: () => sandbox,
  provider: 'twilio',
  send: () => send(),
  failure: (timeoutMs) => failure(undefined, timeoutMs),
  refusals: {
    reject_recipient: { status: 400, code: 21211 },
    reject_content: { status: 400, code: 21617 },
    transient: { status: 503, code: 20503 },
    rate_limit: { status: 429, code: 20429 },
    auth: { status: 401, code: 20003 },
  },
  timedOut: { code: 'ECONNABORTED' },
  cutOff: { code: 'ECONNRESET' },
});

test('the client learns when to try again', async () => {
  await sandbox.order({ channel: 'sms', kind: 'rate_limit', retry_after_seconds: 7, times: 1 });
  await failure();
  await sandbox.order({ channel: 'sms', kind: 'rate_limit', retry_after_seconds: 7, times: 1 });
  const response = await fetch(`${sandbox.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`, {
    method: 'POST',
    headers: { Authorization: 'Basic eDp5' },
    body: new URLSearchParams({ To: '+2348012345678', From: FROM, Body: 'x' }),
  });
  expect(response.headers.get('retry-after')).toBe('7');
});

test('of many concurrent messages exactly as many fail as were ordered', async () => {
  await sandbox.order({ channel: 'sms', kind: 'transient', times: 9 });
  const results = await Promise.allSettled(Array.from({ length: 60 }, (_, index) => send(`+23480123456${10 + index}`)));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(9);
  expect(await sandbox.received()).toHaveLength(51);
});
