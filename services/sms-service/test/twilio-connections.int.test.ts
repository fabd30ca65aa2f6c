import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createVendorBed, eventually, inTime, openTestAuthority, type TestAuthority } from '@notify/testing';
import type { TwilioConfig } from '../src/providers/twilio-config.ts';
import { createTwilioRequestClient } from '../src/providers/twilio-request-client.ts';
import { accepting, deliveryTo, twilioAt } from './twilio-vendor.ts';

const bed = createVendorBed();
const { startVendor, untilTestEnds } = bed;
const providerAt = (url: string, settings: Partial<TwilioConfig> = {}) => twilioAt(bed, url, settings);

let folder: string;
/** Nobody trusts it who is not told to. */
let authority: TestAuthority;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'twilio-'));
  authority = openTestAuthority(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const PROXY_SETTINGS = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
const environment = { ...process.env };
function setProxy(settings: Record<string, string>): void {
  for (const name of PROXY_SETTINGS) delete process.env[name];
  Object.assign(process.env, settings);
}
afterEach(async () => {
  await bed.endTest();
  setProxy(
    Object.fromEntries(PROXY_SETTINGS.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []))),
  );
});

const someone = deliveryTo('+14155550123');

function askImpatiently(origin: string): Promise<unknown> {
  const client = untilTestEnds(createTwilioRequestClient({ origin, timeoutMs: 50, connections: 1 }));
  return client.within({ signal: inTime() }, () =>
    client.httpClient.request({ method: 'post', uri: 'https://api.twilio.com/' }),
  );
}

describe('connections', () => {
  test('one that the vendor closed while it was idle is not missed', async () => {
    let connections = 0;
    const { url, server } = await startVendor(accepting);
    server.on('connection', () => {
      connections += 1;
    });
    const provider = providerAt(url);
    const open = () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
    for (let count = 0; count < 3; count += 1) {
      await provider.send(someone, inTime());
      await eventually(async () => {
        server.closeIdleConnections();
        return (await open()) === 0;
      });
    }
    expect(connections).toBe(3);
  });

  test.each<[string, RequestListener]>([
    ['is reset', (request) => request.socket.resetAndDestroy()],
    ['ends', (request) => request.socket.end()],
  ])('one that %s once the request left leaves the outcome unknown, and nothing is sent again', async (_how, cut) => {
    let requests = 0;
    const { url } = await startVendor((request, response) => {
      requests += 1;
      cut(request, response);
    });
    const sending = providerAt(url).send(someone, inTime());
    await expect(sending).rejects.toMatchObject({ errorClass: 'unknown', errorCode: 'ECONNRESET' });
    expect(requests).toBe(1);
  });

  test('all in use: a message that waited until its deadline has not left, and never does', async () => {
    const held: ServerResponse[] = [];
    const { url } = await startVendor((request, response) => {
      request.resume();
      held.push(response);
    });
    const provider = providerAt(url);
    const under = Array.from({ length: provider.concurrency ?? 0 }, () => provider.send(someone, inTime()));
    await eventually(() => held.length === under.length);

    const deadline = new AbortController();
    const waiting = provider.send(someone, deadline.signal);
    deadline.abort();
    await expect(waiting).rejects.toMatchObject({ errorClass: 'transient', errorCode: 'ABORTED' });

    for (const response of held.splice(0)) response.writeHead(201).end('{"sid":"SM1"}');
    await Promise.all(under);
    const next = provider.send(someone, inTime());
    await eventually(() => held.length === 1);
    held[0]?.writeHead(201).end('{"sid":"SM2"}');
    expect(await next).toMatchObject({ providerMessageId: 'SM2' });
  });

  test('the deadline of a message that left leaves its outcome unknown, and the others alone', async () => {
    const held: ServerResponse[] = [];
    const { url } = await startVendor((request, response) => {
      request.resume();
      held.push(response);
    });
    const provider = providerAt(url);
    const deadline = new AbortController();
    const cut = provider.send(someone, deadline.signal);
    await eventually(() => held.length === 1);
    const other = provider.send(someone, inTime());
    await eventually(() => held.length === 2);
    deadline.abort();
    await expect(cut).rejects.toMatchObject({ errorClass: 'unknown', errorCode: 'ABORTED' });
    held[1]?.writeHead(201).end('{"sid":"SM2"}');
    expect(await other).toMatchObject({ providerMessageId: 'SM2' });
  });

  test('a vendor that is silent for too long is given up by itself', async () => {
    const { url } = await startVendor((request) => request.resume());
    await expect(askImpatiently(url)).rejects.toMatchObject({ code: 'ETIMEDOUT', hasLeft: true });
  });
});

test('a form repeats the name of a list and leaves out what is undefined', async () => {
  let seen = '';
  const { url } = await startVendor(async (request, response) => {
    seen = Buffer.concat(await request.toArray()).toString();
    accepting(request, response);
  });
  const client = untilTestEnds(createTwilioRequestClient({ origin: url, timeoutMs: 10_000, connections: 1 }));
  const data = {
    Body: 'a+b & ü 🎉\n',
    MediaUrl: ['https://a.test', 'https://b.test'],
    From: undefined,
    SmartEncoded: true,
  };
  await client.within({ signal: inTime() }, () =>
    client.httpClient.request({ method: 'post', uri: 'https://api.twilio.com/', data }),
  );
  expect([...new URLSearchParams(seen)]).toEqual([
    ['Body', 'a+b & ü 🎉\n'],
    ['MediaUrl', 'https://a.test'],
    ['MediaUrl', 'https://b.test'],
    ['SmartEncoded', 'true'],
  ]);
});

describe('TLS', () => {
  test('a certificate of an authority that TWILIO_CA_BUNDLE names is trusted; without it, nothing is sent', async () => {
    let requests = 0;
    const { url } = await startVendor(
      (request, response) => {
        requests += 1;
        accepting(request, response);
      },
      authority.issue('vendor', ['127.0.0.1']),
    );
    await expect(providerAt(url).send(someone, inTime())).rejects.toMatchObject({
      errorClass: 'config',
      errorCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
    expect(requests).toBe(0);
    const trusting = providerAt(url, { TWILIO_CA_BUNDLE: authority.caFile });
    expect(await trusting.send(someone, inTime())).toMatchObject({ status: 'sent' });
  });

  test('a certificate for another host is a config error', async () => {
    const { url } = await startVendor(accepting, authority.issue('other', ['elsewhere.test']));
    await expect(providerAt(url, { TWILIO_CA_BUNDLE: authority.caFile }).send(someone, inTime())).rejects.toMatchObject(
      { errorClass: 'config', errorCode: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    );
  });

  test('a handshake that breaks off is transient: nothing has left', async () => {
    const { url, server } = await startVendor(accepting);
    server.on('connection', (socket) => socket.destroy());
    await expect(providerAt(url.replace('http:', 'https:')).send(someone, inTime())).rejects.toMatchObject({
      errorClass: 'transient',
      errorCode: 'ECONNRESET',
    });
  });
});

describe('a proxy', () => {
  /** Opens tunnels, and notes where to. */
  async function startProxy(status = 200): Promise<{ url: string; tunnels: string[] }> {
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      socket.on('error', () => {});
      if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      const { hostname, port } = new URL(`http://${request.url}`);
      const behind = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        socket.pipe(behind).pipe(socket);
      });
      behind.on('error', () => socket.destroy());
      untilTestEnds({ close: () => behind.destroy() });
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    untilTestEnds({ close: () => proxy.closeAllConnections() });
    untilTestEnds(proxy);
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels };
  }
  const startTlsVendor = () => startVendor(accepting, authority.issue('vendor', ['127.0.0.1']));
  const trusting = () => ({ TWILIO_CA_BUNDLE: authority.caFile });

  test.each(['HTTP_PROXY', 'HTTPS_PROXY'])(
    'that %s names carries every message to an HTTPS vendor',
    async (setting) => {
      const proxy = await startProxy();
      const vendor = await startTlsVendor();
      setProxy({ [setting]: proxy.url });
      const provider = providerAt(vendor.url, trusting());
      for (let count = 0; count < 2; count += 1) {
        expect(await provider.send(someone, inTime())).toMatchObject({ status: 'sent' });
      }
      expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(vendor.url).host]));
    },
  );

  test('is left out for the hosts of NO_PROXY, and for a vendor on plain HTTP', async () => {
    const proxy = await startProxy();
    const [secure, plain] = [await startTlsVendor(), await startVendor(accepting)];
    setProxy({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
    await providerAt(secure.url, trusting()).send(someone, inTime());
    setProxy({ HTTP_PROXY: proxy.url });
    await providerAt(plain.url).send(someone, inTime());
    expect(proxy.tunnels).toEqual([]);
  });

  test('does not make a wrong certificate good', async () => {
    const proxy = await startProxy();
    const vendor = await startTlsVendor();
    setProxy({ HTTPS_PROXY: proxy.url });
    await expect(providerAt(vendor.url).send(someone, inTime())).rejects.toMatchObject({
      errorClass: 'config',
      errorCode: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test('that refuses, says nothing or is not there is transient: nothing has left', async () => {
    const proxy = await startProxy(403);
    setProxy({ HTTPS_PROXY: proxy.url });
    await expect(providerAt('https://vendor.test').send(someone, inTime())).rejects.toMatchObject({
      errorClass: 'transient',
      errorCode: 'EPROXY',
    });

    const silent = createServer().on('connect', (_request, socket) => socket.on('error', () => {}));
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    untilTestEnds(silent);
    setProxy({ HTTPS_PROXY: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await expect(askImpatiently('https://vendor.test')).rejects.toMatchObject({ code: 'ETIMEDOUT', hasLeft: false });

    setProxy({ HTTPS_PROXY: 'http://127.0.0.1:1' });
    await expect(providerAt('https://vendor.test').send(someone, inTime())).rejects.toMatchObject({
      errorClass: 'transient',
      errorCode: 'ECONNREFUSED',
    });
  });
});
