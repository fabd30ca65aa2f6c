import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { laneQueue, NOTIFICATIONS_EXCHANGE } from '@notify/contracts';
import {
  createTestBroker,
  createTestKit,
  encryptedUrl,
  eventually,
  openTestAuthority,
  openTlsDoor,
  type TestCertificate,
  testServersAuthority,
} from '@notify/testing';
import { openBroker } from '../src/index.ts';

let folder: string;
let wrongAuthority: TestCertificate;
let wrongName: TestCertificate;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-tls-'));
  wrongAuthority = openTestAuthority(folder).issue('server', ['localhost', '127.0.0.1']);
  wrongName = testServersAuthority().issue('messaging-wrong-name', ['other.test']);
});
afterAll(() => rmSync(folder, { recursive: true }));

let kit: ReturnType<typeof createTestKit>;
beforeEach(() => {
  kit = createTestKit('tls-test');
});
afterEach(() => kit.lifecycle.shutdown('test'));

test.each(['localhost', '127.0.0.1'] as const)(
  'messages go out and come in encrypted when the certificate names %s',
  async (host) => {
    const server = await createTestBroker();
    const broker = await openBroker({ url: encryptedUrl(server.url, host), name: 'tls-test', ...kit });
    const received: unknown[] = [];
    await broker.consume({
      queue: laneQueue('email', 'medium'),
      prefetch: 1,
      onMessage: async ({ body }) => void received.push(JSON.parse(body.toString())),
    });
    await broker.publish({
      exchange: NOTIFICATIONS_EXCHANGE,
      routingKey: 'email.medium',
      messageId: 'm-1',
      body: { hello: 'world' },
    });
    expect(await eventually(() => received[0])).toEqual({ hello: 'world' });
    await kit.lifecycle.shutdown('test');
    await server.drop();
  },
);

test.each([
  ['an authority that we do not trust', () => wrongAuthority, /unable to verify the first certificate/],
  ['another host name', () => wrongName, /does not match certificate's altnames: .*other\.test/],
] as const)('a broker with a certificate of %s is refused before the password is sent', async (_, certificate, why) => {
  const door = await openTlsDoor(certificate(), false);
  const opening = openBroker({ url: `amqps://user:secret@localhost:${door.port}`, name: 'tls-test', ...kit });
  await expect(opening).rejects.toThrow(`RabbitMQ at localhost:${door.port} can not be used: `);
  await expect(opening).rejects.toThrow(why);
  expect(door.received()).toBe('');
  await door.close();
});
