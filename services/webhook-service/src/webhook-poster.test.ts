import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { addressRule } from './address-rules.ts';
import { createWebhookPoster, type WebhookPosterOptions } from './webhook-poster.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** @returns the port of the loopback at which it answers. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const posterOf = (options: Partial<WebhookPosterOptions> = {}) => {
  const post = createWebhookPoster({ isAddressAllowed: () => true, timeoutMs: 5_000, ...options });
  return (url: string) => post(url, { 'content-type': 'application/json' }, '{"a":1}');
};
const post = posterOf();

test('the body goes out as it is, and the status comes back', async () => {
  const seen: unknown[] = [];
  const port = await serve(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    seen.push([request.method, request.url, request.headers['content-type'], body]);
    response.writeHead(429, { 'retry-after': '7' }).end();
  });
  expect(await post(`http://127.0.0.1:${port}/hook?a=b`)).toEqual({ status: 429, retryAfter: '7' });
  expect(seen).toEqual([['POST', '/hook?a=b', 'application/json', '{"a":1}']]);
});

test('an address literal that is not allowed is not connected to', async () => {
  let calls = 0;
  const port = await serve((_request, response) => {
    calls += 1;
    response.end();
  });
  const postInPublic = posterOf({ isAddressAllowed: addressRule(false) });
  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', '0177.0.0.1']) {
    expect(await postInPublic(`http://${host}:${port}/`)).toEqual({ error: 'address_not_allowed' });
  }
  expect(calls).toBe(0);
});

test('a name that leads to this machine is not connected to, however innocent it looks', async () => {
  let calls = 0;
  const port = await serve((_request, response) => {
    calls += 1;
    response.end();
  });
  const postInPublic = posterOf({ isAddressAllowed: addressRule(false) });
  expect(await postInPublic(`http://localhost:${port}/`)).toEqual({ error: 'address_not_allowed' });
  expect(await post(`http://localhost:${port}/`)).toMatchObject({ status: 200 });
  expect(calls).toBe(1);
});

const addressOf = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });
/** A name server that tells something else each time. */
function resolverOf(...answers: string[][]): () => Promise<LookupAddress[]> {
  return async () => (answers.shift() ?? []).map(addressOf);
}

test('a name that changes its mind between two connections is judged at each: DNS rebinding gains nothing', async () => {
  let calls = 0;
  const port = await serve((_request, response) => {
    calls += 1;
    response.end();
  });
  // As if 127.0.0.1 were on the public internet, and 127.0.0.2 were not.
  const isAddressAllowed = (address: string) => address === '127.0.0.1';
  const resolve = resolverOf(['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1', '127.0.0.2'], []);
  const postByName = posterOf({ isAddressAllowed, resolve });
  // Nobody but this resolver knows the name: the connection goes to the address that was judged, and is not resolved again.
  expect(await postByName(`http://rebound.test:${port}/`)).toMatchObject({ status: 200 });
  for (const _what of ['another address', 'one bad address among several', 'none at all']) {
    expect(await postByName(`http://rebound.test:${port}/`)).toEqual({ error: 'address_not_allowed' });
  }
  expect(calls).toBe(1);
});

test('a name server that hangs is asked once, however many requests wait for it, and other names need not wait', async () => {
  const port = await serve((_request, response) => response.end());
  const askedFor: string[] = [];
  const resolve = (hostname: string): Promise<LookupAddress[]> => {
    askedFor.push(hostname);
    return hostname === 'hanging.test' ? new Promise(() => {}) : Promise.resolve([addressOf('127.0.0.1')]);
  };
  const postByName = posterOf({ resolve, timeoutMs: 500 });
  const hanging = Array.from({ length: 10 }, () => postByName(`http://hanging.test:${port}/`));
  expect(await postByName(`http://working.test:${port}/`)).toMatchObject({ status: 200 });
  expect(new Set(await Promise.all(hanging.map(async (answer) => JSON.stringify(await answer))))).toEqual(
    new Set(['{"error":"timeout"}']),
  );
  expect(askedFor).toEqual(['hanging.test', 'working.test']);
});

test('a redirect is an answer like any other: it is not followed', async () => {
  let insideCalls = 0;
  const inside = await serve((_request, response) => {
    insideCalls += 1;
    response.end();
  });
  for (const status of [301, 302, 307, 308]) {
    const port = await serve((_request, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${inside}/` }).end();
    });
    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status });
  }
  expect(insideCalls).toBe(0);
});

test('of an answer without end no more than 64 kB is read', async () => {
  let written = 0;
  const cut = Promise.withResolvers<void>();
  const port = await serve(async (_request, response) => {
    response.on('close', cut.resolve);
    response.writeHead(200);
    const chunk = Buffer.alloc(16_384);
    while (!response.destroyed) {
      written += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), cut.promise]);
    }
  });
  expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
  await cut.promise;
  // What the sockets of both sides hold comes on top.
  expect(written).toBeLessThan(20_000_000);
});

test('an answer that drips is cut off in time, and its status counts', async () => {
  const cut = Promise.withResolvers<void>();
  const port = await serve((_request, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write('.'), 50);
    response.on('close', () => {
      clearInterval(drip);
      cut.resolve();
    });
  });
  const startedAt = performance.now();
  expect(await posterOf({ timeoutMs: 500 })(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
  await cut.promise;
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test('headers that drip are no answer', async () => {
  const port = await serve((request) => {
    request.socket.write('HTTP/1.1 200 OK\r\n');
    const drip = setInterval(() => request.socket.write('x: y\r\n'), 50);
    request.socket.on('close', () => clearInterval(drip)).on('error', () => {});
  });
  expect(await posterOf({ timeoutMs: 500 })(`http://127.0.0.1:${port}/`)).toEqual({ error: 'timeout' });
});

test('what never answers, breaks off or is not there is told by name', async () => {
  const silent = await serve(() => {});
  expect(await posterOf({ timeoutMs: 200 })(`http://127.0.0.1:${silent}/`)).toEqual({ error: 'timeout' });
  const breaking = await serve((request) => request.socket.resetAndDestroy());
  expect(await post(`http://127.0.0.1:${breaking}/`)).toEqual({ error: 'ECONNRESET' });
  expect(await post('http://127.0.0.1:1/')).toEqual({ error: 'ECONNREFUSED' });
  const plain = await serve((_request, response) => response.end());
  expect(await post(`https://127.0.0.1:${plain}/`)).toEqual({ error: expect.stringMatching(/SSL|EPROTO/) });
});
