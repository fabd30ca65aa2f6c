import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import sendgridClient from '@sendgrid/client';
import sendgridMail from '@sendgrid/mail';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sandbox: RunningSandbox;

interface SendgridFailure {
  code?: number | string;
  response?: { headers: Record<string, string>; body: { errors: { message: string; field: string | null }[] } };
}

const mail = (to: string) => ({
  to,
  from: 'us@notify.test',
  subject: 'Grüße',
  text: 'plain',
  html: '<p>rich</p>',
  customArgs: { notification_id: 'n-1' },
  headers: { 'X-Extra': 'yes' },
});

async function failure(to: string, timeout = 0): Promise<SendgridFailure> {
  sendgridMail.setTimeout(timeout);
  const error: unknown = await sendgridMail.send(mail(to)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  sendgridMail.setTimeout(0);
  if (error === undefined) throw new Error('the mail was accepted');
  return error as SendgridFailure;
}

const post = (body: unknown, headers: Record<string, string> = { Authorization: 'Bearer any' }) =>
  fetch(`${sandbox.url}/v3/mail/send`, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

beforeAll(async () => {
  sandbox = await runSandbox();
  sendgridMail.setClient(sendgridClient as unknown as Parameters<typeof sendgridMail.setClient>[0]);
  sendgridMail.setApiKey('SG.any');
  sendgridClient.setDefaultRequest('baseUrl', sandbox.url);
});
afterEach(() => sandbox.reset());
afterAll(() => sandbox.stop());

test('a mail is accepted, answered as SendGrid does, and shown', async () => {
  const [answer] = await sendgridMail.send(mail('ada@example.com'));
  expect(answer).toMatchObject({ statusCode: 202, body: '' });
  const [received, ...others] = await sandbox.received('notification_id=n-1');
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    id: answer.headers['x-message-id'],
    channel: 'email',
    provider: 'sendgrid',
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

test('each recipient of a personalization gets one, with its own arguments', async () => {
  const response = await post({
    personalizations: [
      { to: [{ email: 'ada@example.com' }, { email: 'bob@example.com' }] },
      { to: [{ email: 'eve@example.com' }], subject: 'Hers', custom_args: { notification_id: 'n-2' } },
    ],
    from: { email: 'us@notify.test' },
    subject: 'Ours',
    content: [{ type: 'text/plain', value: 'x' }],
    custom_args: { notification_id: 'n-1' },
  });
  expect(response.status).toBe(202);
  expect((await sandbox.received('notification_id=n-1')).map(({ to }) => to)).toEqual([
    'bob@example.com',
    'ada@example.com',
  ]);
  expect(await sandbox.received('notification_id=n-2')).toMatchObject([{ to: 'eve@example.com', subject: 'Hers' }]);
});

test.each([
  ['bounce-1@sandbox.test', 400, 'personalizations.0.to.0.email'],
  ['tempfail-1@sandbox.test', 503, null],
  ['spam-1@sandbox.test', 400, 'content.0.value'],
])('%s is always refused with HTTP %d about %s', async (to, code, field) => {
  expect(await failure(to)).toMatchObject({ code, response: { body: { errors: [{ field }] } } });
  expect(await sandbox.received()).toEqual([]);
});

test.each([
  ['reject_recipient', 400],
  ['reject_content', 400],
  ['transient', 503],
  ['rate_limit', 429],
  ['auth', 401],
])('the fault %s answers HTTP %d, once', async (kind, code) => {
  await sandbox.order({ provider: 'sendgrid', kind, times: 1 });
  expect(await failure('ada@example.com')).toMatchObject({ code });
  expect(await sandbox.received()).toEqual([]);
  await sendgridMail.send(mail('ada@example.com'));
  expect(await sandbox.received()).toHaveLength(1);
});

test('the client learns when to try again', async () => {
  await sandbox.order({ channel: 'email', kind: 'rate_limit', retry_after_seconds: 90, times: 1 });
  const { response } = await failure('ada@example.com');
  expect(response?.headers).toMatchObject({ 'retry-after': '90', 'x-ratelimit-remaining': '0' });
  const inSeconds = Number(response?.headers['x-ratelimit-reset']) - Date.now() / 1000;
  expect(inSeconds).toBeGreaterThan(80);
  expect(inSeconds).toBeLessThan(92);
});

test('the fault slow answers late', async () => {
  await sandbox.order({ kind: 'slow', latency_ms: 300, times: 1 });
  const startedAt = performance.now();
  await sendgridMail.send(mail('ada@example.com'));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
  expect(await sandbox.received()).toHaveLength(1);
});

test('the fault timeout never answers and keeps nothing', async () => {
  await sandbox.order({ kind: 'timeout', times: 1 });
  expect(await failure('ada@example.com', 200)).toMatchObject({ code: 'ECONNABORTED' });
  expect(await sandbox.received()).toEqual([]);
});

test.each([
  ['reset_before_accept', 0],
  ['accept_then_reset', 1],
])('the fault %s cuts the line and keeps %d messages', async (kind, kept) => {
  await sandbox.order({ kind, times: 1 });
  expect(await failure('ada@example.com')).toMatchObject({ code: 'ECONNRESET' });
  expect(await sandbox.received()).toHaveLength(kept);
});

const whole = {
  personalizations: [{ to: [{ email: 'ada@example.com' }] }],
  from: { email: 'us@notify.test' },
  subject: 'Hello',
  content: [{ type: 'text/plain', value: 'x' }],
};
test.each([
  ['no JSON', '{', null],
  ['nobody', { ...whole, personalizations: [{ to: [] }] }, 'personalizations.0.to'],
  ['no address', { ...whole, personalizations: [{ to: [{ email: 'ada' }] }] }, 'personalizations.0.to.0.email'],
  ['no sender', { ...whole, from: undefined }, 'from'],
  ['no subject', { ...whole, subject: undefined }, 'subject'],
  ['an empty body', { ...whole, content: [{ type: 'text/plain', value: '' }] }, 'content.0.value'],
])('%s is refused, and the field is named', async (_name, body, field) => {
  const response = await post(body);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ field }] });
});

test('a request without a key is refused', async () => {
  const response = await post(whole, {});
  expect(response.status).toBe(401);
});
