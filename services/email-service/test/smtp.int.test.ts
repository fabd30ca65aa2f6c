import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { OutgoingDelivery } from '@notify/channel-worker';
import { providerContract, startTestSandbox, type TestSandbox } from '@notify/testing';
import { readConfig } from '../src/config.ts';
import { createSmtpProvider } from '../src/providers/smtp.ts';

let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await startTestSandbox();
});
afterAll(() => sandbox?.stop());

const providerAt = (port: number, settings: Record<string, string> = {}) =>
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
  );
const deliveryTo = (address: string, content: OutgoingDelivery['content'] = {}): OutgoingDelivery => ({
  notificationId: randomUUID(),
  epoch: 1,
  hop: 2,
  attempt: 3,
  address,
  content: { title: 'Hello', body: 'In plain text', ...content },
  correlationId: randomUUID(),
});
const inTime = () => AbortSignal.timeout(10_000);

describe('the provider contract', () => {
  const cases = providerContract({
    createProvider: () => providerAt(sandbox.smtpPort),
    acceptedAddress: () => `ada-${randomUUID()}@example.test`,
    invalidAddress: () => `bounce-${randomUUID()}@sandbox.test`,
    transientAddress: () => `tempfail-${randomUUID()}@sandbox.test`,
    orderFault: (fault) => sandbox.orderFault(fault),
    countReceived: async (notificationId) => (await sandbox.messagesOf(notificationId)).length,
  });
  for (const { title, run } of cases) test(title, run);
});

test('a mail arrives with subject, both bodies, our sender and an id that names the attempt', async () => {
  const provider = providerAt(sandbox.smtpPort);
  const delivery = deliveryTo('ada@example.test', { title: 'Grüße', body: 'Klartext', html: '<p>Schön</p>' });
  const result = await provider.send(delivery, inTime());
  await provider.close?.();

  const messageId = `<${delivery.notificationId}.1.2.3@mail.acme.test>`;
  expect(result).toEqual({ status: 'sent', providerMessageId: messageId });
  const [message] = await sandbox.messagesOf(delivery.notificationId);
  expect(message).toMatchObject({ to: 'ada@example.test', subject: 'Grüße', from: 'no-reply@mail.acme.test' });
  expect(message?.text).toContain('Klartext');
  expect(message?.html).toContain('<p>Schön</p>');
});

test.each(['a@example.test, b@example.test', 'a@example.test\r\nRCPT TO:<b@example.test>', 'Bob <b@example.test>'])(
  'the address %j is refused as one that is not one',
  async (address) => {
    const provider = providerAt(sandbox.smtpPort);
    await expect(provider.send(deliveryTo(address), inTime())).rejects.toMatchObject({ errorClass: 'recipient' });
    await provider.close?.();
  },
);

test.each(['Hello\r\nBcc: eve@example.test', 'Hello\nX: y', 'Hello\u0000'])(
  'the subject %j can not smuggle in a header',
  async (title) => {
    const provider = providerAt(sandbox.smtpPort);
    const sending = provider.send(deliveryTo('ada@example.test', { title }), inTime());
    await expect(sending).rejects.toMatchObject({ errorClass: 'permanent', errorCode: 'header_injection' });
    await provider.close?.();
  },
);

test.each([{ path: '/etc/hostname' }, { href: 'http://127.0.0.1:1/secret' }])(
  'content that names %j is neither read nor fetched',
  async (source) => {
    const provider = providerAt(sandbox.smtpPort);
    // As content would look that got past every check for texts.
    const delivery = deliveryTo('ada@example.test', { body: source as unknown as string });
    await expect(provider.send(delivery, inTime())).rejects.toThrow(/access rejected/i);
    await provider.close?.();
    expect(await sandbox.messagesOf(delivery.notificationId)).toEqual([]);
  },
);

test('a server that is not there is transient', async () => {
  const provider = providerAt(1);
  await expect(provider.send(deliveryTo('ada@example.test'), inTime())).rejects.toMatchObject({
    errorClass: 'transient',
    errorCode: 'ESOCKET',
  });
  await provider.close?.();
});

test.each(['starttls', 'tls'])(
  'with SMTP_SECURE=%s no mail leaves to a server whose TLS does not hold',
  async (mode) => {
    // The sandbox's certificate is nobody's, and its port does not begin with TLS.
    const provider = providerAt(sandbox.smtpPort, { SMTP_SECURE: mode });
    const delivery = deliveryTo('ada@example.test');
    await expect(provider.send(delivery, inTime())).rejects.toMatchObject({
      errorClass: 'config',
      errorCode: expect.stringMatching(/CERT|SSL/),
    });
    expect(await sandbox.messagesOf(delivery.notificationId)).toEqual([]);
    await provider.close?.();
  },
);

test('we sign in when we have a name, and a refused sign-in is a config error', async () => {
  const provider = providerAt(sandbox.smtpPort, { SMTP_USER: 'acme', SMTP_PASSWORD: 'secret' });
  await expect(provider.send(deliveryTo('ada@example.test'), inTime())).resolves.toMatchObject({ status: 'sent' });
  await provider.close?.();

  await sandbox.orderFault({ provider: 'smtp', kind: 'auth', times: 1 });
  const refused = providerAt(sandbox.smtpPort, { SMTP_USER: 'acme', SMTP_PASSWORD: 'secret' });
  const sending = refused.send(deliveryTo('ada@example.test'), inTime());
  await expect(sending).rejects.toMatchObject({ errorClass: 'config', errorCode: '5.7.8' });
  await refused.close?.();
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
  await provider.send(deliveryTo('ada@example.test'), inTime());
  for (const socket of sockets) socket.resetAndDestroy();
  await expect(provider.send(deliveryTo('ada@example.test'), inTime())).resolves.toMatchObject({ status: 'sent' });
  expect(connections).toBe(2);
  await provider.close?.();
  for (const socket of sockets) socket.destroy();
  server.close();
});

test('many mails at once all arrive, over no more connections than allowed', async () => {
  const provider = providerAt(sandbox.smtpPort, { SMTP_CONNECTIONS: '5' });
  const deliveries = Array.from({ length: 250 }, (_, index) => deliveryTo(`user-${index}@example.test`));
  const results = await Promise.all(deliveries.map((delivery) => provider.send(delivery, inTime())));
  await provider.close?.();
  expect(new Set(results.map(({ providerMessageId }) => providerMessageId)).size).toBe(250);
  for (const { notificationId } of deliveries.slice(0, 10)) {
    expect(await sandbox.messagesOf(notificationId)).toHaveLength(1);
  }
});
