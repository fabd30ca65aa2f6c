import { once } from 'node:events';
import { readFileSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@notify/testing';
import { WebSocket } from 'ws';
import { API_KEY, type RunningGateway, runGateway } from './running-gateway.ts';

const SOCKETS = 5_000;
const AT_A_TIME = 100;
/** What docs/websocket.md states. */
const MOST_MEGABYTES = 200;

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await runGateway({ RATE_LIMIT_PER_KEY: '0', LOG_LEVEL: 'info' });
}, 60_000);
afterAll(() => gateway?.drop());

const residentMegabytes = () =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) / 1024;

async function connectIdle(index: number): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${gateway.port}/ws`, { headers: { 'x-api-key': API_KEY } });
  await once(ws, 'open');
  ws.send(JSON.stringify({ action: 'subscribe', topic: `user:user-${index}` }));
  await once(ws, 'message');
  return ws;
}

test(`${SOCKETS} idle sockets, each on a user of its own, fit into ${MOST_MEGABYTES} MB of one gateway`, async () => {
  // A first one, so that what all share is there before.
  const sockets = [await connectIdle(0)];
  const before = residentMegabytes();
  while (sockets.length < SOCKETS) {
    const first = sockets.length;
    const count = Math.min(AT_A_TIME, SOCKETS - first);
    sockets.push(...(await Promise.all(Array.from({ length: count }, (_, index) => connectIdle(first + index)))));
  }
  await eventually(async () =>
    new RegExp(`websocket_sockets{[^}]*} ${SOCKETS}`).test(await (await fetch(`${gateway.url}/metrics`)).text()),
  );
  // Not a wait for something to happen: a heartbeat's time of idleness is what is measured.
  await sleep(5_000);
  const grown = residentMegabytes() - before;
  writeSync(1, `\n${SOCKETS} sockets: ${grown.toFixed(0)} MB, ${((grown * 1024) / SOCKETS).toFixed(1)} KB each\n`);
  for (const ws of sockets) ws.terminate();
  expect(grown).toBeLessThan(MOST_MEGABYTES);
}, 120_000);
