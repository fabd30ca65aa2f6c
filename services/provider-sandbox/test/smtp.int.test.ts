import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { failureOf } from './failure-of.ts';
import { type RunningSandbox, runSandbox } from './running-sandbox.ts';

let sandbox: RunningSandbox;
let transport: ReturnType<typeof mailer>;

function mailer(options: Record<string, unknown> = {}) {
  return createTransport({ host: '127.0.0.1', port: sandbox.smtpPort, socketTimeout: 2_000, ...options });
}

function mail(to: string | string[], headers: Record<string, string> = {}) {
  return { from: 'us@notify.test', to, subject: 'Grüße', text: 'plain', html: '<p>rich</p>', headers };
}

const failure = async (to: string, through = transport) =>
  (await failureOf(through.sendMail(mail(to)))) as Record<string, unknown>;

beforeAll(async () => {
  sandbox = await runSandbox();
});
beforeEach(() => {
  transport = mailer();
});
afterEach(async () => {
  transport.close();
  await sandbox.reset();
});
afterAll(() => sandbox.stop());

test('a mail is accepted and shown as it was written', async () => {
  const info = await transport.sendMail(mail('ada@example.com', { 'X-Notification-ID': 'n-1', 'X-Extra': 'yes' }));
  expect(info.response).toMatch(/^250 2\.0\.0 OK: queued as \w+$/);
  const [received, ...others] = await sandbox.received('notification_id=n-1');
  expect(others).toEqual([]);
  expect(received).toMatchObject({
    channel: 'email',
    provider: 'smtp',
    to: 'ada@example.com',
    from: 'us@notify.test',
    subject: 'Grüße',
    notification_id: 'n-1',
    headers: { 'x-extra': 'yes' },
  });
  expect(String(received?.['text']).trim()).toBe('plain');
  expect(String(received?.['html']).trim()).toBe('<p>rich</p>');
});

test('a mail to several recipients is one message for each', async () => {
  await transport.sendMail(mail(['ada@example.com', 'bob@example.com']));
  expect(await sandbox.received('to=ada@example.com')).toHaveLength(1);
  expect(await sandbox.received('to=bob@example.com')).toHaveLength(1);
  const ids = (await sandbox.received()).map(({ id }) => id);
  expect(new Set(ids).size).toBe(2);
});

test('one connection carries many mails', async () => {
  const pool = mailer({ pool: true, maxConnections: 1 });
  await Promise.all(Array.from({ length: 20 }, (_, index) => pool.sendMail(mail(`user-${index}@example.com`))));
  pool.close();
  expect(await sandbox.received()).toHaveLength(20);
});

test('any name and password are taken, in the clear', async () => {
  const known = mailer({ auth: { user: 'any', pass: 'thing' } });
  await known.sendMail(mail('ada@example.com'));
  expect(await sandbox.received()).toHaveLength(1);
});

test('a client that insists on STARTTLS gets it', async () => {
  const secure = mailer({ requireTLS: true, tls: { rejectUnauthorized: false } });
  await secure.sendMail(mail('ada@example.com'));
  expect(await sandbox.received()).toHaveLength(1);
});

test.each([
  ['bounce-1@sandbox.test', 550, '5.1.1', 'RCPT TO'],
  ['tempfail-1@sandbox.test', 451, '4.3.0', 'RCPT TO'],
  ['spam-1@sandbox.test', 550, '5.7.1', 'DATA'],
])('%s is always refused with %d %s at %s', async (to, responseCode, enhanced, command) => {
  const error = await failure(to);
  expect(error).toMatchObject({ responseCode, command });
  expect(String(error['response'])).toContain(`${responseCode} ${enhanced} `);
  expect(await sandbox.received()).toEqual([]);
});

test('one refused recipient does not keep the mail from the other', async () => {
  const info = await transport.sendMail(mail(['bounce@sandbox.test', 'ada@example.com']));
  expect(info).toMatchObject({ accepted: ['ada@example.com'], rejected: ['bounce@sandbox.test'] });
  expect((await sandbox.received()).map(({ to }) => to)).toEqual(['ada@example.com']);
});

test.each([
  ['reject_recipient', 550, '5.1.1', 'RCPT TO'],
  ['reject_content', 550, '5.7.1', 'DATA'],
  ['transient', 451, '4.3.0', 'RCPT TO'],
  ['rate_limit', 450, '4.7.1', 'RCPT TO'],
  ['auth', 530, '5.7.0', 'MAIL FROM'],
])('the fault %s answers %d %s at %s, once', async (kind, responseCode, enhanced, command) => {
  await sandbox.order({ channel: 'email', kind, times: 1 });
  const error = await failure('ada@example.com');
  expect(error).toMatchObject({ responseCode, command });
  expect(String(error['response'])).toContain(`${responseCode} ${enhanced} `);
  expect(await sandbox.received()).toEqual([]);
  await transport.sendMail(mail('ada@example.com'));
  expect(await sandbox.received()).toHaveLength(1);
});

test('the fault auth refuses the credentials of a client that has some', async () => {
  await sandbox.order({ provider: 'smtp', kind: 'auth', times: 1 });
  const known = mailer({ auth: { user: 'any', pass: 'thing' } });
  expect(await failure('ada@example.com', known)).toMatchObject({ code: 'EAUTH', responseCode: 535 });
  expect(await sandbox.faultsLeft()).toBe(0);
});

test('the fault slow answers late', async () => {
  await sandbox.order({ kind: 'slow', latency_ms: 300, times: 1 });
  const startedAt = performance.now();
  await transport.sendMail(mail('ada@example.com'));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(295);
  expect(await sandbox.received()).toHaveLength(1);
});

test.each([false, true])('the fault timeout never answers and keeps nothing (STARTTLS: %s)', async (requireTLS) => {
  await sandbox.order({ kind: 'timeout', times: 1 });
  const impatient = mailer({ socketTimeout: 200, requireTLS, tls: { rejectUnauthorized: false } });
  expect(await failure('ada@example.com', impatient)).toMatchObject({ code: 'ETIMEDOUT' });
  expect(await sandbox.received()).toEqual([]);
});

test('the fault reset_before_accept cuts the line before the mail was sent', async () => {
  await sandbox.order({ kind: 'reset_before_accept', times: 1 });
  const socket = connect(sandbox.smtpPort, '127.0.0.1');
  await converse(socket, ['EHLO me', 'MAIL FROM:<us@notify.test>']);
  const cut = once(socket, 'error');
  socket.write('RCPT TO:<ada@example.com>\r\n');
  expect(await cut).toMatchObject([{ code: 'ECONNRESET' }]);
  expect(await sandbox.received()).toEqual([]);
});

test.each([false, true])(
  'the fault accept_then_reset keeps the mail and cuts the line (STARTTLS: %s)',
  async (requireTLS) => {
    await sandbox.order({ kind: 'accept_then_reset', times: 1 });
    await failure('ada@example.com', mailer({ requireTLS, tls: { rejectUnauthorized: false } }));
    expect(await sandbox.received('to=ada@example.com')).toHaveLength(1);
  },
);

test('a fault for one recipient leaves the others alone', async () => {
  await sandbox.order({ to: 'Ada@example.com', kind: 'transient' });
  await transport.sendMail(mail('bob@example.com'));
  expect(await failure('ada@example.com')).toMatchObject({ responseCode: 451 });
});

test('of many concurrent mails exactly as many fail as were ordered', async () => {
  await sandbox.order({ channel: 'email', kind: 'transient', times: 5 });
  const pool = mailer({ pool: true, maxConnections: 10 });
  const results = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => pool.sendMail(mail(`user-${index}@example.com`))),
  );
  pool.close();
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
  expect(await sandbox.received()).toHaveLength(35);
});

test('half a mail is never kept', async () => {
  const socket = connect(sandbox.smtpPort, '127.0.0.1');
  await converse(socket, ['EHLO me', 'MAIL FROM:<us@notify.test>', 'RCPT TO:<ada@example.com>', 'DATA']);
  socket.end('Subject: Half\r\n\r\nThe rest is mis');
  await once(socket, 'close');
  expect(await sandbox.received()).toEqual([]);
});

/** Says each line when the one before was answered. */
async function converse(socket: Socket, lines: string[]): Promise<void> {
  for (const line of ['', ...lines]) {
    const answered = once(socket, 'data');
    if (line !== '') socket.write(`${line}\r\n`);
    await answered;
  }
}
