import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  createTestDatabase,
  createTestKit,
  encryptedUrl,
  openTestAuthority,
  openTlsDoor,
  type TestCertificate,
  type TlsDoor,
  testRedisUrl,
  testServersAuthority,
} from '@notify/testing';
import express from 'express';
import { createServiceClient, listen, openDatabase, openRedis } from '../src/index.ts';

let folder: string;
/** For localhost and 127.0.0.1, by the authority that this process trusts. */
let right: TestCertificate;
/** Nobody here trusts its authority. */
let wrongAuthority: TestCertificate;
/** Trusted, but for another host. */
let wrongName: TestCertificate;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-tls-'));
  const authority = testServersAuthority();
  right = authority.issue('service-kit-right', ['localhost', '127.0.0.1']);
  wrongName = authority.issue('service-kit-wrong-name', ['other.test']);
  wrongAuthority = openTestAuthority(folder).issue('server', ['localhost', '127.0.0.1']);
});
afterAll(() => rmSync(folder, { recursive: true }));

let kit: ReturnType<typeof createTestKit>;
beforeEach(() => {
  kit = createTestKit('tls-test');
});
afterEach(() => kit.lifecycle.shutdown('test'));

/** What a client must refuse, and what its error says. */
const REFUSED = [
  ['an authority that we do not trust', () => wrongAuthority, /unable to verify the first certificate/],
  ['another host name', () => wrongName, /does not match certificate's altnames: .*other\.test/],
] as const;

async function withDoor(
  certificate: TestCertificate,
  startsInClear: boolean,
  work: (door: TlsDoor) => Promise<void>,
): Promise<void> {
  const door = await openTlsDoor(certificate, startsInClear);
  try {
    await work(door);
    expect(door.received()).toBe('');
  } finally {
    await door.close();
  }
}

describe('PostgreSQL', () => {
  const open = (url: string) => {
    const migrationsDir = join(folder, 'migrations');
    mkdirSync(migrationsDir, { recursive: true });
    writeFileSync(join(migrationsDir, '000001_things.sql'), 'CREATE TABLE things (id int);');
    return openDatabase({ url, poolSize: 2, migrationsDir }, kit.logger, kit.lifecycle);
  };

  test.each(['localhost', '127.0.0.1'] as const)(
    'is migrated and asked encrypted when the certificate names %s',
    async (host) => {
      const server = await createTestDatabase();
      const database = await open(encryptedUrl(server.url, host));
      const { rows } = await database.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
      expect(rows).toEqual([{ ssl: true }]);
      expect((await database.query('SELECT * FROM things')).rows).toEqual([]);
      await kit.lifecycle.shutdown('test');
      await server.drop();
    },
  );

  test('sslrootcert names the only authority that is trusted', async () => {
    const server = await createTestDatabase();
    const url = new URL(encryptedUrl(server.url));
    url.searchParams.set('sslrootcert', join(folder, 'ca.pem'));
    await expect(open(url.toString())).rejects.toThrow(/unable to verify the first certificate/);
    url.searchParams.set('sslrootcert', testServersAuthority().caFile);
    await open(url.toString());
    await kit.lifecycle.shutdown('test');
    await server.drop();
  });

  test.each(REFUSED)(
    'is refused with a certificate of %s, before the password is sent',
    async (_, certificate, why) => {
      await withDoor(certificate(), true, async ({ port }) => {
        const opening = open(`postgres://user:secret@localhost:${port}/db?sslmode=verify-full`);
        await expect(opening).rejects.toThrow(`PostgreSQL at localhost:${port} can not be used: `);
        await expect(opening).rejects.toThrow(why);
      });
    },
  );

  test('a server that does not encrypt is refused', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).once('data', () => socket.end('N')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await expect(open(`postgres://user:secret@localhost:${port}/db?sslmode=verify-full`)).rejects.toThrow(
      /does not support SSL/,
    );
    server.close();
  });
});

describe('Redis', () => {
  test.each(['localhost', '127.0.0.1'] as const)('is used encrypted when the certificate names %s', async (host) => {
    const redis = await openRedis(encryptedUrl(testRedisUrl(), host), kit.logger, kit.lifecycle);
    expect(await redis.ping()).toBe('PONG');
  });

  test.each(REFUSED)(
    'is refused with a certificate of %s, before the password is sent',
    async (_, certificate, why) => {
      await withDoor(certificate(), false, async ({ port }) => {
        const opening = openRedis(`rediss://:secret@localhost:${port}`, kit.logger, kit.lifecycle);
        await expect(opening).rejects.toThrow(`Redis at localhost:${port} can not be used: `);
        await expect(opening).rejects.toThrow(why);
      });
    },
  );
});

describe('another service', () => {
  const serve = async ({ cert, key }: TestCertificate): Promise<number> => {
    const app = express();
    app.get('/hello', (_request, response) => void response.json({ hello: 'world' }));
    const server = await listen(app, { HOST: '127.0.0.1', PORT: 0, HTTPS_CERT: cert, HTTPS_KEY: key }, kit.lifecycle);
    return (server.address() as { port: number }).port;
  };
  const clientOf = (baseUrl: string) =>
    createServiceClient({ service: 'user-service', baseUrl, token: async () => 'secret', logger: kit.logger });

  test.each(['localhost', '127.0.0.1'])('is asked over HTTPS when its certificate names %s', async (host) => {
    const port = await serve(right);
    expect(await clientOf(`https://${host}:${port}`).request('GET', '/hello')).toEqual({ hello: 'world' });
    // It listens with HTTPS alone.
    await expect(fetch(`http://${host}:${port}/hello`)).rejects.toThrow();
  });

  test.each(REFUSED)(
    'is unavailable with a certificate of %s, and the log says why, once',
    async (_, certificate, why) => {
      const port = await serve(certificate());
      const warn = jest.spyOn(kit.logger, 'warn');
      const client = clientOf(`https://localhost:${port}`);
      for (let tries = 0; tries < 2; tries += 1) {
        await expect(client.request('GET', '/hello')).rejects.toMatchObject({ code: 'dependency_unavailable' });
      }
      expect(warn.mock.calls).toEqual([
        ['service unavailable', expect.objectContaining({ error: expect.stringMatching(why) })],
      ]);
    },
  );
});
