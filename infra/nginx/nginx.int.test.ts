import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ERROR_CODES, type ErrorCode } from '@notify/contracts';
import { eventually, openTestAuthority } from '@notify/testing';
import { findFreePorts } from '../local/ports.ts';

const hasNginx = spawnSync('nginx', ['-v']).status === 0;
if (!hasNginx) process.stderr.write('nginx is not installed (Debian: nginx-light): its configuration is not tested\n');

const folder = mkdtempSync(join(tmpdir(), 'notify-nginx-'));

const logFile = join(folder, 'nginx.log');
const log = () => readFileSync(logFile, 'utf8');

/** The very configuration, with paths and ports of this test. */
async function prepare() {
  const { gateway: https, user: http, template: gateway } = await findFreePorts();
  mkdirSync(join(folder, 'acme/.well-known/acme-challenge'), { recursive: true });
  writeFileSync(join(folder, 'acme/.well-known/acme-challenge/token'), 'proof');
  const authority = openTestAuthority(folder);
  authority.issue('server', ['localhost']);
  const replacements = [
    ['/tmp/', `${folder}/`],
    ['/etc/nginx/certificates/fullchain.pem', join(folder, 'server.pem')],
    ['/etc/nginx/certificates/privkey.pem', join(folder, 'server.key')],
    ['/var/www/acme', join(folder, 'acme')],
    ['listen 8080', `listen 127.0.0.1:${http}`],
    ['listen 8443', `listen 127.0.0.1:${https}`],
    ['api-gateway:8001', `127.0.0.1:${gateway}`],
  ] as const;
  let config = readFileSync(new URL('nginx.conf', import.meta.url), 'utf8');
  for (const [from, to] of replacements) {
    if (!config.includes(from)) throw new Error(`nginx.conf no longer names ${from}`);
    config = config.replaceAll(from, to);
  }
  // Workers of a root's nginx run as nobody.
  writeFileSync(join(folder, 'nginx.conf'), process.getuid?.() === 0 ? `user root;\n${config}` : config);
  return { ca: readFileSync(authority.caFile), ports: { http, https }, upstreamPort: gateway };
}

const { ca, ports, upstreamPort } = await prepare();
let nginx: ChildProcess;
let upstream: Server;
/** Requests that the upstream holds without an answer. */
const held: IncomingMessage[] = [];

async function startUpstream(): Promise<void> {
  upstream = createServer((incoming, response) => {
    if (incoming.url === '/held') {
      held.push(incoming);
      return;
    }
    incoming.resume().on('end', () => {
      response.setHeader('Strict-Transport-Security', 'max-age=1');
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ url: incoming.url, headers: incoming.headers }));
    });
  });
  upstream.on('upgrade', (incoming, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.write(`token ${incoming.url}`);
    socket.pipe(socket);
  });
  upstream.listen(upstreamPort, '127.0.0.1');
  await once(upstream, 'listening');
}

async function stopUpstream(): Promise<void> {
  upstream.close();
  upstream.closeAllConnections();
  await once(upstream, 'close');
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
}

async function read(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

async function ask(path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> {
  const server = { host: 'localhost', servername: 'localhost', port: ports.https, ca };
  const outgoing = request({ ...server, path, method, headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return read(response);
}

const problem = (code: ErrorCode) =>
  expect.objectContaining({
    type: `urn:notification-system:problem:${code}`,
    title: ERROR_CODES[code].title,
    status: ERROR_CODES[code].status,
    code,
    correlation_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  });

function expectProblem({ status, headers, text }: Answer, code: ErrorCode): void {
  expect({ status, type: headers['content-type'] }).toEqual({
    status: ERROR_CODES[code].status,
    type: 'application/problem+json',
  });
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  expect(JSON.parse(text)).toEqual(problem(code));
  expect(headers['x-correlation-id']).toBe(JSON.parse(text).correlation_id);
}

const describeNginx = hasNginx ? describe : describe.skip;

describeNginx('nginx in front of the gateway', () => {
  beforeAll(async () => {
    await startUpstream();
    // A file, since nginx opens /dev/stdout by its name, which a socket does not allow.
    const output = openSync(logFile, 'a');
    nginx = spawn('nginx', ['-e', 'stderr', '-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], {
      stdio: ['ignore', output, output],
    });
    try {
      await eventually(() => ask('/'));
    } catch (error) {
      throw new Error(`nginx did not start: ${log()}`, { cause: error });
    }
  });
  afterAll(async () => {
    if (nginx.exitCode === null) {
      nginx.kill('SIGTERM');
      await once(nginx, 'exit');
    }
    await stopUpstream();
    rmSync(folder, { recursive: true });
  });

  test('requests reach the gateway with their path, and with what nginx knows of the client', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await ask('/api/v1/users/a%2Fb?x=1', {
      headers: { 'x-correlation-id': 'mine-1', traceparent, 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6' },
    });
    expect(answer.status).toBe(200);
    const { url, headers } = JSON.parse(answer.text);
    expect(url).toBe('/api/v1/users/a%2Fb?x=1');
    expect(headers).toMatchObject({
      host: `localhost:${ports.https}`,
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': `localhost:${ports.https}`,
      'x-correlation-id': 'mine-1',
      traceparent,
    });
    expect(headers).not.toHaveProperty('forwarded');
  });

  test('every answer tells browsers to stay with HTTPS, once, and none tells the version', async () => {
    const { headers } = await ask('/');
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    expect(headers.server).toBe('nginx');
  });

  test('a correlation id that is none is replaced', async () => {
    const { text } = await ask('/', { headers: { 'x-correlation-id': 'a"b' } });
    expect(JSON.parse(text).headers['x-correlation-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  test('plain HTTP is sent to HTTPS with its method, path and query, except for proofs of ACME', async () => {
    const plain = async (path: string) => {
      const outgoing = httpRequest({ port: ports.http, path, method: 'POST', headers: { host: 'api.test' } }).end();
      return read((await once(outgoing, 'response'))[0]);
    };
    expect(await plain('/api/notify?a=b')).toMatchObject({
      status: 308,
      headers: { location: 'https://api.test/api/notify?a=b' },
    });
    const proof = await fetch(`http://127.0.0.1:${ports.http}/.well-known/acme-challenge/token`);
    expect(await proof.text()).toBe('proof');
  });

  test.each([
    ['TLSv1.1', 'refused'],
    ['TLSv1.2', 'taken'],
    ['TLSv1.3', 'taken'],
  ] as const)('%s is %s', async (version, outcome) => {
    // Node's own default would refuse the old ones before nginx can.
    const client = connectTls({
      ...{ host: 'localhost', port: ports.https, ca, minVersion: version, maxVersion: version },
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const error = await once(client, 'secureConnect').then(
      () => undefined,
      (reason: NodeJS.ErrnoException) => reason.code,
    );
    client.destroy();
    expect(error).toBe(outcome === 'taken' ? undefined : 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  test('while the gateway is away the answer is a 503 that says when to come back, and it is found again', async () => {
    await stopUpstream();
    const answer = await ask('/api/notify', { method: 'POST' });
    expectProblem(answer, 'dependency_unavailable');
    expect(answer.headers['retry-after']).toBe('2');
    await startUpstream();
    expect((await ask('/')).status).toBe(200);
  });

  test.each(['/metrics', '/metrics/', '/METRICS', '/%6detrics', '/health/ready', '/Health/Live', '/health'])(
    '%s is not public',
    async (path) => {
      expectProblem(await ask(path), 'not_found');
    },
  );

  test('/health/live is public', async () => {
    expect((await ask('/health/live')).status).toBe(200);
  });

  test("a body above the gateway's limit is passed on, one far above is refused here", async () => {
    expect((await ask('/', { method: 'POST', body: 'x'.repeat(257 * 1024) })).status).toBe(200);
    expectProblem(await ask('/', { method: 'POST', body: 'x'.repeat(400 * 1024) }), 'payload_too_large');
  });

  test.each([
    ['a header that is too long', { 'x-long': 'x'.repeat(20_000) }],
    ['a broken host', { host: 'a b' }],
  ])('%s is refused as a problem', async (_, headers) => {
    expectProblem(await ask('/', { headers }), 'validation_failed');
  });

  test("vendors' collected receipts pass, and keep the query that they are signed with", async () => {
    const target = '/receipts/twilio?notification_id=1&epoch=0';
    const { status, text } = await ask(target, { method: 'POST', body: 'x'.repeat(1_500_000) });
    expect(status).toBe(200);
    expect(JSON.parse(text).url).toBe(target);
    expectProblem(await ask(target, { method: 'POST', body: 'x'.repeat(2_500_000) }), 'payload_too_large');
  });

  test('plain HTTP on the HTTPS port is refused as a problem', async () => {
    const socket = connect(ports.https, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += chunk;
    expect(text).toMatch(/^HTTP\/1\.1 400 .*application\/problem\+json.*"code":"validation_failed"/s);
  });

  test('a WebSocket is passed through', async () => {
    const outgoing = request({
      ...{ host: 'localhost', port: ports.https, ca, path: '/ws', agent: false },
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    }).end();
    const [response, socket] = await once(outgoing, 'upgrade');
    expect(response.statusCode).toBe(101);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    await eventually(() => text === 'token /ws');
    socket.write(' echo');
    await eventually(() => text === 'token /ws echo');
    socket.destroy();
  });

  test('a client that goes away is let go at the gateway too', async () => {
    const outgoing = request({ host: 'localhost', port: ports.https, ca, path: '/held', agent: false }).end();
    outgoing.on('error', () => {});
    const incoming = await eventually(() => held[0]);
    const closed = once(incoming.socket, 'close');
    outgoing.destroy();
    await closed;
    expect((await ask('/')).status).toBe(200);
  });

  test('the log has a JSON line for each request, and no query and no secret', async () => {
    const headers = { authorization: 'Bearer secret-key', 'x-api-key': 'secret-key', 'x-correlation-id': 'logged-1' };
    await ask('/api/v1/users/ada?token=secret-token', { headers });
    await stopUpstream();
    await ask('/away?token=secret-token', { headers });
    await startUpstream();
    const line = await eventually(() =>
      log()
        .split('\n')
        .find((each) => each.includes('logged-1')),
    );
    expect(JSON.parse(line)).toMatchObject({
      service: 'nginx',
      method: 'GET',
      path: '/api/v1/users/ada',
      status: 200,
      upstream_status: '200',
    });
    await eventually(() => log().includes('"path":"/away"'));
    expect(log()).not.toContain('secret');
  });
});
