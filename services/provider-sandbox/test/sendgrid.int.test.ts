import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import sendgridClient from '@sendgrid/client';
import sendgridMail from '@sendgrid/mail';
import { failureOf } from './failure-of.ts';
import { faultCases } from './fault-cases.ts';
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

async function failure(to = 'ada@example.com', timeoutMs = 0): Promise<SendgridFailure> {
  sendgridMail.setTimeout(timeoutMs);
  const error = await failureOf(sendgridMail.send(mail(to)));
  sendgridMail.setTimeout(0);
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

faultCases({
  sandbox: () => sandbox,
  provider: 'sendgrid',
  send: () => sendgridMail.send(mail('ada@example.com')),
  failure: (timeoutMs) => failure(undefined, timeoutMs),
  refusals: {
    reject_recipient: { code: 400 },
    reject_content: { code: 400 },
    transient: { code: 503 },
    rate_limit: { code: 429 },
    auth: { code: 401 },
  },
  timedOut: { code: 'ECONNABORTED' },
  cutOff: { code: 'ECONNRESET' },
});

test('the client learns when to try again', async () => {
  await sandbox.order({ channel: 'email', kind: 'rate_limit', retry_after_seconds: 90, times: 1 });
  const { response } = await failure();
  expect(response?.headers).toMatchObject({ 'retry-after': '90', 'x-ratelimit-remaining': '0' });
  const inSeconds = Number(response?.headers['x-ratelimit-reset']) - Date.now() / 1000;
  expect(inSeconds).toBeGreaterThan(80);
  expect(inSeconds).toBeLessThan(92);
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
