import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestKit, eventually } from '@notify/testing';
import { Router } from 'express';
import supertest from 'supertest';
import { createHttpApp, type HttpPatience, listen } from './http-app.ts';

const PATIENT: HttpPatience = { idleMs: 30_000, headersMs: 30_000, requestMs: 30_000, lookEveryMs: 20 };

let kit: ReturnType<typeof createTestKit>;
/** Answers `/slow` once the test says so. */
let answerSlow: (() => void) | undefined;
const sockets: Socket[] = [];

beforeEach(() => {
  kit = createTestKit('http-app-test');
  answerSlow = undefined;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await kit.lifecycle.shutdown('end of the test');
});

/** @param isReady of the one dependency. */
function exampleApp(isReady = () => true) {
  const router = Router();
  router.get('/slow', (_request, response) => {
    answerSlow = () => response.json({ done: true });
  });
  router.all('/echo', (request, response) => {
    response.json({ query: request.query, body: request.body ?? null, polluted: ({} as { x?: unknown }).x ?? null });
  });
  const readiness = {
    rabbitmq: () => {
      if (!isReady()) throw new Error('not connected');
    },
  };
  return createHttpApp({ ...kit, readiness, routers: [router] });
}

/** @returns the port. */
async function serve(patience: Partial<HttpPatience> = {}): Promise<number> {
  const server = await listen(exampleApp(), { HOST: '127.0.0.1', PORT: 0 }, kit.lifecycle, {
    patience: { ...PATIENT, ...patience },
  });
  return (server.address() as { port: number }).port;
}

/** A client that writes what the test says, and keeps what comes back. */
async function rawClient(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  // A server that cuts may also reset.
  socket.on('error', () => {});
  await once(socket, 'connect');
  const client = { socket, received: '', isCut: false, write: (more: string) => socket.write(more) };
  socket.on('data', (data) => {
    client.received += data;
  });
  socket.on('close', () => {
    client.isCut = true;
  });
  client.write(text);
  return client;
}
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: test\r\n\r\n`;

test('who never ends its headers or its body is cut; who is idle as long between two requests is not', async () => {
  const port = await serve({ headersMs: 100, requestMs: 200 });
  const keptAlive = await rawClient(port, get('/echo'));
  await eventually(() => keptAlive.received.includes('"polluted"'));
  keptAlive.received = '';
  const dripping = await rawClient(port, 'GET /echo HTTP/1.1\r\nHost: test\r\nX-A: ');
  const halfBody = await rawClient(
    port,
    'POST /echo HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a":',
  );
  const drip = setInterval(() => dripping.write('a'), 10);
  await eventually(() => dripping.isCut && halfBody.isCut);
  clearInterval(drip);
  expect(dripping.received).toMatch(/^HTTP\/1.1 408 /);
  keptAlive.write(get('/echo'));
  await eventually(() => keptAlive.received.startsWith('HTTP/1.1 200 '));
});

test.each([
  [400, 'what is no HTTP', 'GET / HTTP/9.9\r\n\r\n'],
  [431, 'headers without end', `GET /echo HTTP/1.1\r\nHost: test\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`],
])('%i, for %s, is a problem document too', async (status, _what, text) => {
  const client = await rawClient(await serve(), text);
  await eventually(() => client.isCut);
  const [head = '', body = ''] = client.received.split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [\\s\\S]*\r\nContent-Type: application/problem\\+json\r\n`));
  expect(JSON.parse(body)).toMatchObject({ status });
});

test('an expectation that nobody knows is passed over', async () => {
  const client = await rawClient(await serve(), get('/echo').replace('Host', 'Expect: magic\r\nHost'));
  await eventually(() => client.received.startsWith('HTTP/1.1 200 '));
});

test('a stop finishes the requests in hand, tells their clients to come on a new connection, and takes no other', async () => {
  const port = await serve();
  const asking = await rawClient(port, get('/slow'));
  const idle = await rawClient(port, get('/echo'));
  await eventually(() => answerSlow !== undefined && idle.received !== '');
  let isStopped = false;
  const stopping = kit.lifecycle.shutdown('test').then(() => {
    isStopped = true;
  });
  await eventually(() => idle.isCut);
  await expect(rawClient(port, get('/echo'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect([isStopped, asking.isCut]).toEqual([false, false]);
  answerSlow?.();
  await stopping;
  await eventually(() => asking.isCut);
  expect(asking.received).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\nConnection: close\r\n[\s\S]*\{"done":true\}/);
});

test('what a service can do without is named, and does not decide whether it is ready', async () => {
  const away = () => Promise.reject(new Error('away'));
  const app = createHttpApp({ ...kit, readiness: { rabbitmq: () => {} }, conveniences: { redis: away }, routers: [] });
  expect(await supertest(app).get('/health/ready')).toMatchObject({
    status: 200,
    body: { status: 'ready', dependencies: { rabbitmq: 'up', redis: 'down' } },
  });
});

test('readiness names what is away, and a service that stops is not ready', async () => {
  let isBrokerReady = true;
  const app = exampleApp(() => isBrokerReady);
  const ready = () => supertest(app).get('/health/ready');
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready', dependencies: { rabbitmq: 'up' } } });
  isBrokerReady = false;
  expect(await ready()).toMatchObject({ status: 503, body: { dependencies: { rabbitmq: 'down' } } });
  isBrokerReady = true;
  await kit.lifecycle.shutdown('test');
  expect(await ready()).toMatchObject({ status: 503, body: { status: 'stopping' } });
});

test.each(['/echo', '/nothing', '/health/ready', '/metrics'])(
  'the answer to %s carries the headers of helmet, and does not tell what serves it',
  async (path) => {
    const { headers } = await supertest(exampleApp()).get(path);
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'self'"),
      'strict-transport-security': expect.stringContaining('max-age='),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  },
);

test('a trace goes on as it came, and one that is none, or was not given, begins here', async () => {
  const client = supertest(exampleApp());
  const ask = async (traceparent: string) => (await client.get('/echo').set('traceparent', traceparent)).headers;
  const given = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  expect((await ask(given))['traceparent']).toBe(given);
  for (const odd of ['', 'not-a-trace', given.replace('4bf9', '4BF9')]) {
    expect((await ask(odd))['traceparent']).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  }
});

test('a correlation id that could break out of its header, or out of a log, is not echoed', async () => {
  const client = supertest(exampleApp());
  const ask = async (id: string) => (await client.get('/echo').set('x-correlation-id', id)).headers;
  expect((await ask('order-17'))['x-correlation-id']).toBe('order-17');
  for (const odd of ['a b', 'a;b=c', '"', 'é', 'x'.repeat(129)]) {
    expect((await ask(odd))['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('neither a query nor a body reaches the prototype of anything', async () => {
  const client = supertest(exampleApp());
  const query = await client.get('/echo?__proto__[x]=1&constructor[prototype][x]=1&__proto__=1');
  expect(query.body.polluted).toBeNull();
  // As names like any other, which a schema refuses.
  expect(Object.keys(query.body.query)).toEqual(expect.arrayContaining(['__proto__[x]', 'constructor[prototype][x]']));
  const post = (json: string) => client.post('/echo').set('content-type', 'application/json').send(json);
  expect(await post('{"a":{"__proto__":{"x":1}}}')).toMatchObject({
    status: 400,
    body: { errors: [{ field: 'a.__proto__' }] },
  });
  expect(await post('{"constructor":{"prototype":{"x":1}}}')).toMatchObject({ status: 200, body: { polluted: null } });
});

test('a body that is too large is 413, one that is nested too deep 400, a compressed one 415', async () => {
  const client = supertest(exampleApp());
  const post = (json: string) => client.post('/echo').set('content-type', 'application/json').send(json);
  expect((await post(`"${'x'.repeat(256 * 1024)}"`)).status).toBe(413);
  expect((await post(`"${'x'.repeat(200 * 1024)}"`)).status).toBe(200);
  expect((await post('['.repeat(65) + ']'.repeat(65))).status).toBe(400);
  expect((await post('['.repeat(60) + ']'.repeat(60))).status).toBe(200);
  expect((await post('"zip"').set('content-encoding', 'gzip')).status).toBe(415);
});
