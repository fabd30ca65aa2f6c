import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { inTime, openProviderBed, type ProviderBed, providerContract } from '@notify/testing';
import { readConfig } from '../src/config.ts';
import { createSmtpProvider } from '../src/providers/smtp.ts';
import { mailAddresses, mailTo } from './mail-to.ts';

let bed: ProviderBed;
beforeAll(async () => {
  bed = await openProviderBed();
});
afterEach(() => bed.endTest());
afterAll(() => bed?.close());

const providerAt = (port: number, settings: Record<string, string> = {}) =>
  bed.untilTestEnds(
    createSmtpProvider(
      readConfig({
        RABBITMQ_URL: 'amqp://localhost',
        REDIS_URL: 'redis://localhost',
        SERVICE_TOKEN_SECRET: 'x'.repeat(32),
        SMTP_HOST: '127.0.0.1',
        SMTP_PORT: String(port),
        MAIL_FROM: 'Acme <no-reply@mail.acme.test>',
        ...settings,
      }),
    ),
  );

describe('the provider contract', () => {
  const cases = providerContract({
    createProvider: () => providerAt(bed.sandbox.smtpPort),
    ...mailAddresses,
    sandbox: () => bed.sandbox,
  });
  for (const { title, run } of cases) test(title, run);
});

test('a mail arrives with subject, both bodies, our sender and an id that names the attempt', async () => {
  const provider = providerAt(bed.sandbox.smtpPort);
  const delivery = mailTo('ada@example.test', { title: 'Grüße', body: 'Klartext', html: '<p>Schön</p>' });
  const result = await provider.send(delivery, inTime());

  const messageId = `<${delivery.notificationId}.1.2.3@mail.acme.test>`;
  expect(result).toEqual({ status: 'sent', providerMessageId: messageId });
  const [message] = await bed.sandbox.messagesOf(delivery.notificationId);
  expect(message).toMatchObject({ to: 'ada@example.test', subject: 'Grüße', from: 'no-reply@mail.acme.test' });
  expect(message?.text).toContain('Klartext');
  expect(message?.html).toContain('<p>Schön</p>');
});

test('a mail carries its unsubscribe link as RFC 8058 wants it, in one piece however long', async () => {
  const unsubscribeUrl = `https://notify.example/u/${'x'.repeat(300)}.signature`;
  const delivery = { ...mailTo('ada@example.test'), unsubscribeUrl };
  const provider = providerAt(bed.sandbox.smtpPort);
  await provider.send(delivery, inTime());
  const [message] = await bed.sandbox.messagesOf(delivery.notificationId);
  expect(message?.headers).toMatchObject({
    'list-unsubscribe': `<${unsubscribeUrl}>`,
    'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
  });
});

test.each(['a@example.test, b@example.test', 'a@example.test\r\nRCPT TO:<b@example.test>', 'Bob <b@example.test>'])(
  'the address %j is refused as one that is not one',
  async (address) => {
    const provider = providerAt(bed.sandbox.smtpPort);
    await expect(provider.send(mailTo(address), inTime())).rejects.toMatchObject({ errorClass: 'recipient' });
  },
);

test.each(['Hello\r\nBcc: eve@example.test', 'Hello\nX: y', 'Hello\u0000'])(
  'the subject %j can not smuggle in a header',
  async (title) => {
    const provider = providerAt(bed.sandbox.smtpPort);
    const sending = provider.send(mailTo('ada@example.test', { title }), inTime());
    await expect(sending).rejects.toMatchObject({ errorClass: 'permanent', errorCode: 'header_injection' });
  },
);

test.each([{ path: '/etc/hostname' }, { href: 'http://127.0.0.1:1/secret' }])(
  'content that names %j is neither read nor fetched',
  async (source) => {
    const provider = providerAt(bed.sandbox.smtpPort);
    // As content would look that got past every check for texts.
    const delivery = mailTo('ada@example.test', { body: source as unknown as string });
    await expect(provider.send(delivery, inTime())).rejects.toThrow(/access rejected/i);
    expect(await bed.sandbox.messagesOf(delivery.notificationId)).toEqual([]);
  },
);

test('a server that is not there is transient', async () => {
  const provider = providerAt(1);
  await expect(provider.send(mailTo('ada@example.test'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'ESOCKET',
  });
});

test.each(['starttls', 'tls'])(
  'with SMTP_SECURE=%s no mail leaves to a server whose TLS does not hold',
  async (mode) => {
    // The sandbox's certificate is nobody's, and its port does not begin with TLS.
    const provider = providerAt(bed.sandbox.smtpPort, { SMTP_SECURE: mode });
    const delivery = mailTo('ada@example.test');
    await expect(provider.send(delivery, inTime())).rejects.toMatchObject({
      errorClass: 'config',
      errorCode: expect.stringMatching(/CERT|SSL/),
    });
    expect(await bed.sandbox.messagesOf(delivery.notificationId)).toEqual([]);
  },
);

test('we sign in when we have a name, and a refused sign-in is a config error', async () => {
  const provider = providerAt(bed.sandbox.smtpPort, { SMTP_USER: 'acme', SMTP_PASSWORD: 'secret' });
  await expect(provider.send(mailTo('ada@example.test'), inTime())).resolves.toMatchObject({ status: 'sent' });

  await bed.sandbox.orderFault({ provider: 'smtp', kind: 'auth', times: 1 });
  const refused = providerAt(bed.sandbox.smtpPort, { SMTP_USER: 'acme', SMTP_PASSWORD: 'secret' });
  const sending = refused.send(mailTo('ada@example.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'config', errorCode: '5.7.8' });
});

test('a connection that the server closed while it was idle costs nobody a failure', async () => {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    let isData = false;
    socket.write('220 ready\r\n');
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      if (isData) {
        if (!text.endsWith('\r\n.\r\n')) return;
        isData = false;
        socket.write('250 2.0.0 queued\r\n');
        return;
      }
      isData = text.startsWith('DATA');
      socket.write(isData ? '354 go ahead\r\n' : '250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider = providerAt((server.address() as { port: number }).port, { SMTP_CONNECTIONS: '1' });
  await provider.send(mailTo('ada@example.test'), inTime());
  for (const socket of sockets) socket.resetAndDestroy();
  await expect(provider.send(mailTo('ada@example.test'), inTime())).resolves.toMatchObject({ status: 'sent' });
  expect(connections).toBe(2);
  await provider.close?.();
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('many mails at once all arrive, over no more connections than allowed', async () => {
  const provider = providerAt(bed.sandbox.smtpPort, { SMTP_CONNECTIONS: '5' });
  const deliveries = Array.from({ length: 250 }, (_, index) => mailTo(`user-${index}@example.test`));
  const results = await Promise.all(deliveries.map((delivery) => provider.send(delivery, inTime())));
  expect(new Set(results.map(({ providerMessageId }) => providerMessageId)).size).toBe(250);
  for (const { notificationId } of deliveries.slice(0, 10)) {
    expect(await bed.sandbox.messagesOf(notificationId)).toHaveLength(1);
  }
});
