import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { createLogger } from '@notify/service-kit';
import { eventually } from '@notify/testing';
import { WebSocket, WebSocketServer } from 'ws';
import type { Listener, LiveFeed } from './live-feed.ts';
import { serveSocket } from './live-socket.ts';

const MAX_BUFFERED_BYTES = 65_536;

test('a slow reader is cut, and nothing more is kept for it than allowed; one that reads gets everything', async () => {
  const server = new WebSocketServer({ port: 0 });
  const served: WebSocket[] = [];
  const listeners = new Set<Listener>();
  const feed: LiveFeed = {
    async listen(listener) {
      listeners.add(listener);
    },
    stop(listener) {
      listeners.delete(listener);
    },
  };
  let slowCount = 0;
  const context = {
    feed,
    replay: async () => [],
    logger: createLogger('test', 'error'),
    maxBufferedBytes: MAX_BUFFERED_BYTES,
    onSlow: () => {
      slowCount += 1;
    },
  };
  server.on('connection', (ws) => {
    served.push(ws);
    serveSocket(ws, { caller: 'k-1', readsInboxes: true, async check() {} }, context);
  });
  const connect = async () => {
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    await once(client, 'open');
    client.send('{"action":"subscribe","topic":"all"}');
    await once(client, 'message');
    return client;
  };
  const slow = await connect();
  const quick = await connect();
  const received: unknown[] = [];
  quick.on('message', () => received.push(1));
  slow.pause();

  const text = 'x'.repeat(10_000);
  let told = 0;
  let mostBuffered = 0;
  await eventually(async () => {
    // As fast as who reads can follow.
    for (let count = 0; count < 5; count += 1) for (const { send } of listeners) send(text);
    told += 5;
    mostBuffered = Math.max(mostBuffered, served[0]?.bufferedAmount ?? 0);
    await eventually(() => received.length === told);
    return slowCount === 1;
  }, 30_000);
  expect(mostBuffered).toBeLessThan(MAX_BUFFERED_BYTES + 6 * text.length);
  await eventually(() => listeners.size === 1);
  quick.terminate();
  slow.terminate();
  server.close();
}, 40_000);
