import { afterEach, expect, test } from '@jest/globals';
import { createClient, verifyWebhook, type WebhookPayloadJson } from '@notify/client';
import { eventually, type ReceivedWebhook, startWebhookReceiver, type WebhookReceiver } from '@notify/testing';
import { killAndWait } from '../faults/strikes.ts';
import { api, apiKey, freshEmail, freshPhone, gatewayUrl, orderReceipt, send, settled, unique } from './system.ts';

const client = createClient({ baseUrl: gatewayUrl, apiKey });
const content = { title: 'Hello', body: 'It works' };
/** From a container this machine has another name. */
const isCompose = process.env['E2E_COMPOSE_PROJECT'] !== undefined;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function receive(
  answer?: Parameters<typeof startWebhookReceiver>[0],
): Promise<WebhookReceiver & { url: string }> {
  const receiver = await startWebhookReceiver(answer, isCompose ? '0.0.0.0' : '127.0.0.1');
  cleanUps.push(receiver.close);
  return { ...receiver, url: `http://${isCompose ? 'host.docker.internal' : '127.0.0.1'}:${receiver.port}/hook` };
}

async function addWebhook(request: Parameters<typeof client.webhooks.create>[0]) {
  const webhook = await client.webhooks.create(request);
  cleanUps.unshift(() => client.webhooks.delete(webhook.id));
  return webhook;
}

const sendOne = (type: string) =>
  send({ to: { email: freshEmail() }, content, channels: ['email'], notification_type: type });

test('what happens to a notification is posted to a webhook, which verifies it with the SDK', async () => {
  const receiver = await receive();
  const type = unique('type');
  const webhook = await addWebhook({
    url: receiver.url,
    events: ['notification.accepted', 'notification.sent'],
    notification_types: [type],
  });
  const { notification_id: id } = await sendOne(type);
  await settled(id);
  const received = await eventually(() => receiver.received.length === 2 && receiver.received);
  const payloads = await Promise.all(
    received.map(({ body, headers }) => verifyWebhook<WebhookPayloadJson>(body, headers, webhook.secret)),
  );
  expect(payloads.map((payload) => payload.type).sort()).toEqual(['notification.accepted', 'notification.sent']);
  for (const { data } of payloads) expect(data).toMatchObject({ notification_id: id, notification_type: type });
  expect(received.map(({ body }) => body).join()).not.toMatch(/sandbox\.test|It works/);

  const { data: log } = await client.webhooks.deliveries(webhook.id, { notification_id: id }).page();
  expect(log.map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
});

test("what a vendor's receipt says is posted too", async () => {
  const receiver = await receive();
  const type = unique('type');
  await addWebhook({ url: receiver.url, events: ['notification.delivered'], notification_types: [type] });
  const { notification_id: id } = await send({ to: { phone: freshPhone() }, content, notification_type: type });
  await settled(id);
  await orderReceipt({ notification_id: id, status: 'delivered' });
  const [received] = await eventually(() => receiver.received.length > 0 && receiver.received);
  expect(JSON.parse(received?.body ?? '')).toMatchObject({
    type: 'notification.delivered',
    data: { notification_id: id, status: 'delivered', channel: 'sms', provider: 'twilio' },
  });
});

test('a webhook that is away for a moment gets it later, under the same id', async () => {
  let isAway = true;
  const receiver = await receive((_webhook, response) => response.writeHead(isAway ? 503 : 204).end());
  const type = unique('type');
  await addWebhook({ url: receiver.url, events: ['notification.sent'], notification_types: [type] });
  await sendOne(type);
  await eventually(() => receiver.received.length === 1);
  isAway = false;
  const [first, second] = await eventually(() => receiver.received.length === 2 && receiver.received);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(4_900);
});

test('a key without webhooks:write is refused, and every change is in the audit log', async () => {
  const { key, id: keyId } = await client.apiKeys.create({ name: unique('key'), scopes: ['notifications:read'] });
  cleanUps.push(() => client.apiKeys.revoke(keyId));
  const refused = await api('GET', '/api/v1/webhooks', undefined, { authorization: `Bearer ${key}` });
  expect(refused.status).toBe(403);

  const receiver = await receive();
  const { id } = await addWebhook({ url: receiver.url, events: ['notification.read'] });
  expect(await client.webhooks.test(id)).toMatchObject({ type: 'webhook.test', status: 'succeeded' });
  await client.webhooks.update(id, { enabled: false });
  const { body } = await eventually(async () => {
    const answer = await api('GET', '/api/v1/audit_log?limit=20');
    return answer.body.data.some(({ operation }: { operation: string }) => operation.startsWith('PATCH')) && answer;
  });
  expect(body.data).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ operation: 'POST /api/v1/webhooks', status: 201 }),
      expect.objectContaining({ operation: 'PATCH /api/v1/webhooks/{id}', target: { id }, status: 200 }),
    ]),
  );
  expect(await client.webhooks.get(id)).toMatchObject({ enabled: false, disabled_reason: 'by_hand' });
});

test('webhook-service is killed again and again under load, and no event is lost', async () => {
  const idOf = ({ body }: ReceivedWebhook): string => JSON.parse(body).data.notification_id;
  const receiver = await receive();
  const type = unique('type');
  await addWebhook({ url: receiver.url, events: ['notification.sent'], notification_types: [type] });
  const expected = new Set<string>();
  for (let round = 0; round < 3; round += 1) {
    const batch = Array.from({ length: 100 }, () => ({
      to: { email: freshEmail() },
      content,
      channels: ['email'],
      notification_type: type,
    }));
    const { body } = await api('POST', '/api/v1/notifications/batch', { notifications: batch });
    for (const { notification_id: id } of body.results) expected.add(id);
    const before = receiver.received.length;
    await eventually(() => receiver.received.length > before, 30_000);
    await killAndWait('webhook-service');
  }
  // What was in hand when it died is sent again when its lease is over: 45 s.
  await eventually(() => new Set(receiver.received.map(idOf)).size === expected.size, 100_000);
  expect(new Set(receiver.received.map(idOf))).toEqual(expected);
  const webhookIds = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
  expect(webhookIds.size).toBe(expected.size);
}, 180_000);
