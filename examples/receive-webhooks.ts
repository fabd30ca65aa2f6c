// Has everything that happens to notifications posted here, and prints it. API_KEY=... node examples/receive-webhooks.ts, with Node 24.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { createClient, verifyWebhook, type WebhookPayloadJson } from '@notify/client';

// From docker compose this machine is http://host.docker.internal:3000/
const { NOTIFY_URL = 'http://localhost:8001', API_KEY = '', RECEIVER_URL = 'http://localhost:3000/' } = process.env;
const client = createClient({ baseUrl: NOTIFY_URL, apiKey: API_KEY });

const { id, secret } = await client.webhooks.create({
  url: RECEIVER_URL,
  events: ['notification.sent', 'notification.delivered', 'notification.failover', 'notification.failed'],
});

const server = createServer(async (request, response) => {
  try {
    // As it came: parsed and written again it would be another text.
    const body = await text(request);
    const { type, sequence, data } = await verifyWebhook<WebhookPayloadJson>(body, request.headers, secret);
    // The same one may come twice: do it once by this id. What takes longer than some seconds belongs into a queue of yours.
    console.log(request.headers['webhook-id'], sequence, type, data);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
}).listen(Number(new URL(RECEIVER_URL).port));

process.once('SIGINT', async () => {
  await client.webhooks.delete(id);
  server.close();
});
