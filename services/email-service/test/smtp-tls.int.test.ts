import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutgoingDelivery, Provider } from '@notify/channel-worker';
import { openTestAuthority, type TestCertificate, testServersAuthority } from '@notify/testing';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { readConfig } from '../src/config.ts';
import { createSmtpProvider } from '../src/providers/smtp.ts';

let folder: string;
let right: TestCertificate;
let wrongAuthority: TestCertificate;
let wrongName: TestCertificate;
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/notify-smtp-`);
  const authority = testServersAuthority();
  right = authority.issue('smtp-right', ['localhost', '127.0.0.1']);
  wrongName = authority.issue('smtp-wrong-name', ['other.test']);
  wrongAuthority = openTestAuthority(folder).issue('server', ['localhost', '127.0.0.1']);
});
afterAll(() => rmSync(folder, { recursive: true }));

const releases: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

/** A mail server; `mails` are the sessions in which it took one. */
async function startServer({ cert, key }: TestCertificate, options: SMTPServerOptions) {
  const mails: SMTPServerSession[] = [];
  const server = new SMTPServer({
    ...{ cert, key, disableReverseLookup: true, authOptional: true, logger: false, closeTimeout: 100 },
    onAuth: (auth, _session, done) => done(null, { user: auth.username }),
    onData(stream, session, done) {
      stream.resume().on('end', () => {
        mails.push(session);
        done();
      });
    },
    ...options,
  });
  // Clients that break off are what some tests are about.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  releases.push(() => new Promise<void>((resolve) => server.close(resolve)));
  return { mails, port: (server.server.address() as AddressInfo).port };
}

function providerTo(port: number, settings: Record<string, string>): Provider {
  const provider = createSmtpProvider(
    readConfig({
      RABBITMQ_URL: 'amqp://localhost',
      REDIS_URL: 'redis://localhost',
      SERVICE_TOKEN_SECRET: 'x'.repeat(32),
      SMTP_HOST: 'localhost',
      SMTP_PORT: String(port),
      ...settings,
    }),
  );
  releases.push(() => provider.close?.());
  return provider;
}

function send(provider: Provider) {
  const delivery: OutgoingDelivery = {
    ...{ notificationId: randomUUID(), epoch: 1, hop: 0, attempt: 1, correlationId: randomUUID() },
    ...{ address: 'ada@example.test', content: { title: 'Hello', body: 'Hello' } },
  };
  return provider.send(delivery, AbortSignal.timeout(10_000));
}

describe.each([
  ['starttls', { secure: false }],
  ['tls', { secure: true }],
] as const)('SMTP_SECURE=%s', (mode, options) => {
  test.each(['localhost', '127.0.0.1'])('a mail leaves encrypted to a server that proves to be %s', async (host) => {
    const { mails, port } = await startServer(right, options);
    await expect(send(providerTo(port, { SMTP_SECURE: mode, SMTP_HOST: host }))).resolves.toMatchObject({
      status: 'sent',
    });
    expect(mails).toMatchObject([{ secure: true, tlsOptions: { version: expect.stringMatching(/^TLSv1\.[23]$/) } }]);
  });

  test('we sign in over the encrypted connection', async () => {
    const { mails, port } = await startServer(right, { ...options, authOptional: false });
    await send(providerTo(port, { SMTP_SECURE: mode, SMTP_USER: 'acme', SMTP_PASSWORD: 'secret' }));
    expect(mails).toMatchObject([{ secure: true, user: 'acme' }]);
  });

  test.each([
    ['an authority that we do not trust', () => wrongAuthority],
    ['another host name', () => wrongName],
  ] as const)('a certificate of %s is a config error, and nothing leaves', async (_, certificate) => {
    const { mails, port } = await startServer(certificate(), options);
    await expect(send(providerTo(port, { SMTP_SECURE: mode }))).rejects.toMatchObject({
      errorClass: 'config',
      errorCode: expect.stringMatching(/UNABLE_TO_VERIFY|CERT_ALTNAME/),
    });
    expect(mails).toEqual([]);
  });
});

test('with SMTP_SECURE=starttls a server that does not encrypt is a config error, and gets neither name nor mail', async () => {
  const said: string[] = [];
  const { mails, port } = await startServer(right, {
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: (auth, _session, done) => {
      said.push(auth.username ?? '');
      done(null, { user: auth.username });
    },
  });
  const provider = providerTo(port, { SMTP_SECURE: 'starttls', SMTP_USER: 'acme', SMTP_PASSWORD: 'secret' });
  await expect(send(provider)).rejects.toMatchObject({ errorClass: 'config' });
  expect([...said, ...mails]).toEqual([]);
});
