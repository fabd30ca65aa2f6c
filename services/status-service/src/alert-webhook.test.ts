import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createTestKit, eventually } from '@notify/testing';
import { createAlertWebhook } from './alert-webhook.ts';
import { alertOf } from './critical-failure-alert.ts';

const { logger } = createTestKit('test');
const alert = alertOf(1, [], '2026-01-01T00:00:00.000Z');
const never = new AbortController().signal;
let server: Server | undefined;
let posted: string[] = [];

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  posted = [];
});

/** A webhook whose answers have these statuses, one after the other. */
async function answering(...statuses: number[]): Promise<string> {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    posted.push(body);
    response.writeHead(statuses[posted.length - 1] ?? 500, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

test('an alert is posted until the answer is 2xx', async () => {
  const webhook = createAlertWebhook({ url: await answering(500, 302, 204), retryDelaysMs: [1, 1] }, logger);
  expect(await webhook.tell(alert, never)).toBe(true);
  expect(posted.map((body) => JSON.parse(body))).toEqual([alert, alert, alert]);
});

test('after three tries it is given up', async () => {
  const webhook = createAlertWebhook({ url: await answering(500, 404, 302, 204), retryDelaysMs: [1, 1] }, logger);
  expect(await webhook.tell(alert, never)).toBe(false);
  expect(posted).toHaveLength(3);
});

test('one that can not be reached is given up as well', async () => {
  const webhook = createAlertWebhook({ url: 'http://127.0.0.1:1/', retryDelaysMs: [1] }, logger);
  expect(await webhook.tell(alert, never)).toBe(false);
});

test('a service that stops does not wait for it', async () => {
  const stopping = new AbortController();
  const webhook = createAlertWebhook({ url: await answering(500), retryDelaysMs: [3_600_000] }, logger);
  const told = webhook.tell(alert, stopping.signal);
  await eventually(() => posted.length === 1);
  stopping.abort();
  await expect(told).rejects.toThrow();
});
