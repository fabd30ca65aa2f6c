import type { LookupAddress, lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { addressRule } from './address-rules.ts';
import { guardedLookup, postWebhook } from './post-webhook.ts';

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

const everywhere = () => true;
const post = (url: string, { isAddressAllowed = everywhere as (address: string) => boolean, timeoutMs = 5_000 } = {}) =>
  postWebhook(url, { 'content-type': 'application/json' }, '{"a":1}', { isAddressAllowed, timeoutMs });

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
  const isAddressAllowed = addressRule(false);
  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433', '0177.0.0.1']) {
    expect(await post(`http://${host}:${port}/`, { isAddressAllowed })).toEqual({ error: 'address_not_allowed' });
  }
  expect(calls).toBe(0);
});

test('a name that leads to this machine is not connected to, however innocent it looks', async () => {
  let calls = 0;
  const port = await serve((_request, response) => {
    calls += 1;
    response.end();
  });
  expect(await post(`http://localhost:${port}/`, { isAddressAllowed: addressRule(false) })).toEqual({
    error: 'address_not_allowed',
  });
  expect(await post(`http://localhost:${port}/`)).toMatchObject({ status: 200 });
  expect(calls).toBe(1);
});

/** A name server that tells something else each time. */
function resolverOf(...answers: LookupAddress[][]): typeof lookup {
  const resolve = (_name: string, _options: unknown, callback: (error: null, found: LookupAddress[]) => void) =>
    callback(null, answers.shift() ?? []);
  return resolve as unknown as typeof lookup;
}
const addressOf = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });
const lookUp = (guarded: ReturnType<typeof guardedLookup>, all: boolean): Promise<unknown> =>
  new Promise((resolve) =>
    guarded('rebound.example', { all }, (error, address) => resolve(error === null ? address : error.code)),
  );

test('a name that changes its mind between two connections is judged at each: DNS rebinding gains nothing', async () => {
  const resolver = resolverOf([addressOf('93.184.216.34')], [addressOf('127.0.0.1')], [addressOf('169.254.169.254')]);
  const guarded = guardedLookup(addressRule(false), resolver);
  expect(await lookUp(guarded, true)).toEqual([addressOf('93.184.216.34')]);
  expect(await lookUp(guarded, true)).toBe('address_not_allowed');
  expect(await lookUp(guarded, false)).toBe('address_not_allowed');
});

test('one address among several that is not allowed spoils them all', async () => {
  const mixed = ['93.184.216.34', '::ffff:10.0.0.1'].map(addressOf);
  expect(await lookUp(guardedLookup(addressRule(false), resolverOf(mixed)), true)).toBe('address_not_allowed');
});

test('a connection that takes one address gets the first of those that were judged', async () => {
  const two = ['2606:2800:220:1:248:1893:25c8:1946', '93.184.216.34'].map(addressOf);
  expect(await lookUp(guardedLookup(addressRule(false), resolverOf(two)), false)).toBe(two[0]?.address);
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
  expect(await post(`http://127.0.0.1:${port}/`, { timeoutMs: 500 })).toMatchObject({ status: 200 });
  await cut.promise;
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

test('headers that drip are no answer', async () => {
  const port = await serve((request) => {
    request.socket.write('HTTP/1.1 200 OK\r\n');
    const drip = setInterval(() => request.socket.write('x: y\r\n'), 50);
    request.socket.on('close', () => clearInterval(drip)).on('error', () => {});
  });
  expect(await post(`http://127.0.0.1:${port}/`, { timeoutMs: 500 })).toEqual({ error: 'timeout' });
});

test('what never answers, breaks off or is not there is told by name', async () => {
  const silent = await serve(() => {});
  expect(await post(`http://127.0.0.1:${silent}/`, { timeoutMs: 200 })).toEqual({ error: 'timeout' });
  const breaking = await serve((request) => request.socket.resetAndDestroy());
  expect(await post(`http://127.0.0.1:${breaking}/`)).toEqual({ error: 'ECONNRESET' });
  expect(await post('http://127.0.0.1:1/')).toEqual({ error: 'ECONNREFUSED' });
  const plain = await serve((_request, response) => response.end());
  expect(await post(`https://127.0.0.1:${plain}/`)).toEqual({ error: expect.stringMatching(/SSL|EPROTO/) });
});
