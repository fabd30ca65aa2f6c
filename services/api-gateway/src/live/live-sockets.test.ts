import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { AppError } from '@notify/contracts';
import { createLifecycle, createLogger, createMetrics } from '@notify/service-kit';
import { WebSocket, WebSocketServer } from 'ws';
import { openLiveSockets } from './live-sockets.ts';

test('a socket whose key was revoked is counted once, and cut soon when it says nothing', async () => {
  const logger = createLogger('test', 'fatal');
  const [lifecycle, metrics] = [createLifecycle(logger), createMetrics('test')];
  const sockets = openLiveSockets(
    { WEBSOCKET_MAX_SOCKETS: 10, WEBSOCKET_HEARTBEAT_SECONDS: 60, WEBSOCKET_MAX_BUFFERED_BYTES: 65_536 },
    { feed: { async listen() {}, stop() {} }, replay: async () => [], metrics, logger, lifecycle },
  );
  const server = new WebSocketServer({ port: 0 });
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[ws]] = await Promise.all([once(server, 'connection') as Promise<[WebSocket]>, once(client, 'open')]);
  client.pause();
  const closed = once(ws, 'close');
  sockets.add(ws, {
    caller: 'k-1',
    readsInboxes: false,
    async check() {
      throw new AppError('unauthorized', 'revoked');
    },
  });
  // By itself it would wait for 30 s for an answer.
  await closed;
  expect(await metrics.metrics()).toMatch(/websocket_cut_total{[^}]*reason="unauthorized"[^}]*} 1\n/);
  client.terminate();
  server.close();
  await lifecycle.shutdown('end of the test');
}, 10_000);
