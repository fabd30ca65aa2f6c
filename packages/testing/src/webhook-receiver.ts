import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request to a webhook, as it came. */
export interface ReceivedWebhook {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

/** Where a client system would receive webhooks. */
export interface WebhookReceiver {
  port: number;
  /** In the order in which they came. */
  received: ReceivedWebhook[];
  /** Those of one path. */
  at(path: string): ReceivedWebhook[];
  close(): Promise<void>;
}

/**
 * @param answer default: 204. One that does not answer hangs.
 * @param host default: the loopback.
 */
export async function startWebhookReceiver(
  answer: (webhook: ReceivedWebhook, response: ServerResponse) => void = (_webhook, response) =>
    response.writeHead(204).end(),
  host = '127.0.0.1',
): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const server = createServer(async (request, response) => {
    const at = Date.now();
    const body = Buffer.concat(await request.toArray()).toString();
    const webhook = { path: request.url ?? '', headers: request.headers, body, at };
    received.push(webhook);
    answer(webhook, response);
  }).listen(0, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    received,
    at: (path) => received.filter((webhook) => webhook.path === path),
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
