import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createHttpPoster, type HttpPoster } from './http-poster.ts';

const opened: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const answering = (listener: RequestListener) => listening(createHttpServer(listener));

function poster(): HttpPoster {
  const made = createHttpPoster({ maxSockets: 2 });
  opened.push(made);
  return made;
}

test('gives the answer back whatever its status, with headers and body', async () => {
  const url = await answering(async (request, response) => {
    const chunks = await request.toArray();
    response.writeHead(418, { 'X-Seen': `${request.method} ${request.headers['x-mine']}` });
    response.end(Buffer.concat(chunks));
  });
  const answer = await poster().post(url, { 'X-Mine': 'yes' }, 'grüße');
  expect(answer).toMatchObject({ status: 418, headers: { 'x-seen': 'POST yes' }, body: 'grüße' });
});

test('keeps its connections and uses them again', async () => {
  const server = createHttpServer((_request, response) => response.end('ok'));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const url = await listening(server);
  const kept = poster();
  for (let count = 0; count < 3; count += 1) await kept.post(url, {}, 'x');
  expect(connections).toBe(1);
});

test('a redirect is an answer like any other', async () => {
  const url = await answering((_request, response) => response.writeHead(307, { Location: '/elsewhere' }).end());
  expect(await poster().post(url, {}, 'x')).toMatchObject({ status: 307 });
});

test('nobody there: nothing has left', async () => {
  await expect(poster().post('http://127.0.0.1:1', {}, 'x')).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    hasLeft: false,
  });
});

test('a connection cut while the request was read: it may have arrived', async () => {
  const url = await answering((request) => request.socket.resetAndDestroy());
  await expect(poster().post(url, {}, 'x')).rejects.toMatchObject({ code: 'ECONNRESET', hasLeft: true });
});

test('an answer that breaks off is no answer', async () => {
  const url = await answering((request, response) => {
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('half of');
    setImmediate(() => request.socket.destroy());
  });
  await expect(poster().post(url, {}, 'x')).rejects.toMatchObject({ hasLeft: true });
});

test('a server that does not speak TLS: nothing has left', async () => {
  const url = await answering(() => {});
  await expect(poster().post(url.replace('http:', 'https:'), {}, 'x')).rejects.toMatchObject({
    code: 'EPROTO',
    hasLeft: false,
  });
});

test('the signal cuts what is under way, and only what runs within it', async () => {
  const url = await answering(() => {});
  const kept = poster();
  const abort = new AbortController();
  const cut = kept.within(abort.signal, () => kept.post(url, {}, 'x'));
  const other = kept.post(url, {}, 'x');
  const isOther = Promise.race([other, cut.catch(() => 'the other one')]);
  setTimeout(() => abort.abort(), 50);
  await expect(cut).rejects.toMatchObject({ code: 'ABORTED', hasLeft: true });
  expect(await isOther).toBe('the other one');
  kept.close();
  await expect(other).rejects.toMatchObject({ name: 'PostFailure' });
});

test('nothing is sent for a signal that has aborted already', async () => {
  let requests = 0;
  const url = await answering((_request, response) => {
    requests += 1;
    response.end();
  });
  const kept = poster();
  const posting = kept.within(AbortSignal.abort(), () => kept.post(url, {}, 'x'));
  await expect(posting).rejects.toMatchObject({ code: 'ABORTED', hasLeft: false });
  expect(requests).toBe(0);
});

test('a connection that does not come about in time is given up, and nothing has left', async () => {
  // Takes connections and never says a word of TLS.
  const url = await listening(createServer(() => {}));
  const impatient = createHttpPoster({ maxSockets: 1, connectTimeoutMs: 50 });
  opened.push(impatient);
  await expect(impatient.post(url.replace('http:', 'https:'), {}, 'x')).rejects.toMatchObject({
    code: 'ETIMEDOUT',
    hasLeft: false,
  });
});
