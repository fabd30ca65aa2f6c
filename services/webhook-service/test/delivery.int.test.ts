import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { verifyWebhook } from '@notify/client';
import {
  type NotificationEventJson,
  type TimelineEntryJson,
  WEBHOOKS_QUEUE,
  type WebhookPayloadJson,
} from '@notify/contracts';
import { eventually, type ReceivedWebhook, startWebhookReceiver, type WebhookReceiver } from '@notify/testing';
import { eventOf } from './event-builder.ts';
import { type RunningService, runWebhookService } from './running-service.ts';

let service: RunningService;
beforeAll(async () => {
  service = await runWebhookService({ WEBHOOK_RETRY_SECONDS: '0,0,1,1' }, 2);
});
afterAll(() => service.stop());

const opened: WebhookReceiver[] = [];
afterEach(async () => {
  for (const receiver of opened.splice(0)) await receiver.close();
});
async function receive(
  answer?: Parameters<typeof startWebhookReceiver>[0],
): Promise<WebhookReceiver & { url: string }> {
  const receiver = await startWebhookReceiver(answer);
  opened.push(receiver);
  return { ...receiver, url: `http://127.0.0.1:${receiver.port}/hook` };
}
/** Answers with these, one after the other, and from then on with the last. */
const statuses =
  (...codes: number[]): Parameters<typeof startWebhookReceiver>[0] =>
  (_webhook, response) =>
    response.writeHead((codes.length > 1 ? codes.shift() : codes[0]) ?? 204).end();

const payloadOf = ({ body }: ReceivedWebhook): WebhookPayloadJson => JSON.parse(body);

async function becomes(webhookId: string, status: string) {
  return eventually(async () => {
    const [delivery] = await service.deliveriesOf(webhookId);
    return delivery?.status === status && delivery;
  });
}

test('an event arrives signed, and says nothing of the recipient or the content', async () => {
  const receiver = await receive();
  const { id, secret } = await service.addWebhook({ url: receiver.url });
  const event = await service.tell({ user_id: 'ada' });
  const received = await eventually(() => receiver.received[0]);
  const payload = await verifyWebhook<WebhookPayloadJson>(received.body, received.headers, secret);
  expect(payload).toEqual({
    type: 'notification.sent',
    timestamp: event.occurred_at,
    sequence: 1,
    data: {
      notification_id: event.notification_id,
      notification_type: 'welcome',
      event: 'sent',
      status: 'sent',
      channel: 'email',
      correlation_id: 'test',
    },
  });
  const delivery = await becomes(id, 'succeeded');
  expect(delivery).toEqual({
    id: received.headers['webhook-id'],
    webhook_id: id,
    sequence: 1,
    type: 'notification.sent',
    notification_id: event.notification_id,
    status: 'succeeded',
    attempts: [{ at: expect.any(String), duration_ms: expect.any(Number), response_status: 204, error: null }],
    next_attempt_at: null,
    created_at: expect.any(String),
  });
  expect(received.headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'notification-system',
  });
});

test('each webhook gets what it asked for, by event and by notification type', async () => {
  const receiver = await receive();
  const base = `http://127.0.0.1:${receiver.port}`;
  await service.addWebhook({ url: `${base}/failed`, events: ['notification.failed'] });
  await service.addWebhook({ url: `${base}/otp`, notification_types: ['otp', 'alert'] });
  await service.addWebhook({ url: `${base}/all`, events: ['notification.sent', 'notification.failed'] });
  await service.tell({ notification_type: 'otp' });
  await service.tell({ notification_type: 'welcome' });
  await service.tell({ notification_type: 'welcome', event: 'failed', status: 'failed' });
  await eventually(
    () => receiver.at('/all').length === 3 && receiver.at('/failed').length > 0 && receiver.at('/otp').length > 0,
  );
  const told = (path: string) => receiver.at(path).map((webhook) => payloadOf(webhook));
  expect(told('/failed')).toMatchObject([{ type: 'notification.failed' }]);
  expect(told('/otp')).toMatchObject([{ data: { notification_type: 'otp' } }]);
});

test('every line of the timeline is an event of its own, however often and in whatever messages it comes', async () => {
  const receiver = await receive();
  const { id } = await service.addWebhook({
    url: receiver.url,
    events: ['notification.processing', 'notification.failover', 'notification.sent'],
  });
  const notificationId = randomUUID();
  const at = new Date().toISOString();
  const line = (event: 'processing' | 'failover', reason?: string): TimelineEntryJson => ({
    id: `${notificationId}.${event}`,
    event,
    status: 'processing',
    channel: 'email',
    reason,
    at,
  });
  const parts = { notification_id: notificationId };
  const slow: Partial<NotificationEventJson> = {
    ...parts,
    event: 'processing',
    timeline: [line('processing')],
  };
  const failedOver: Partial<NotificationEventJson> = {
    ...parts,
    event: 'failover',
    timeline: [line('processing'), line('failover', 'recipient')],
  };
  await service.tell(slow);
  await service.tell(failedOver);
  await service.tell(failedOver);
  await service.tell(parts);
  await eventually(() => receiver.received.length === 3);
  await eventually(async () => (await service.queueLength(WEBHOOKS_QUEUE)) === 0);
  const deliveries = await service.deliveriesOf(id);
  expect(deliveries.map(({ type, sequence }) => [type, sequence])).toEqual([
    ['notification.sent', 3],
    ['notification.failover', 2],
    ['notification.processing', 1],
  ]);
  expect(receiver.received.map(payloadOf).find(({ type }) => type === 'notification.failover')).toMatchObject({
    data: { event: 'failover', status: 'processing', channel: 'email', reason: 'recipient' },
  });
});

test('what fails is tried again by the schedule: the same id, the same body, another time and signature', async () => {
  const receiver = await receive(statuses(500, 302, 404, 200));
  const { id, secret } = await service.addWebhook({ url: receiver.url });
  await service.tell({});
  const delivery = await becomes(id, 'succeeded');
  expect(delivery.attempts.map(({ response_status: status }) => status)).toEqual([500, 302, 404, 200]);
  const { received } = receiver;
  expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery.id]));
  expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  for (const { body, headers } of received) await verifyWebhook(body, headers, secret);
  expect((received[2]?.at ?? 0) - (received[1]?.at ?? 0)).toBeGreaterThanOrEqual(990);
});

test('Retry-After is waited for', async () => {
  let hasAsked = false;
  const receiver = await receive((_webhook, response) => {
    response.writeHead(hasAsked ? 204 : 503, hasAsked ? {} : { 'retry-after': '2' }).end();
    hasAsked = true;
  });
  const { id } = await service.addWebhook({ url: receiver.url });
  await service.tell({});
  await becomes(id, 'succeeded');
  const [first, second] = receiver.received;
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_990);
});

test('after the last try it has failed, and can be sent again with the same id', async () => {
  const receiver = await receive(statuses(500, 500, 500, 500, 200));
  const { id } = await service.addWebhook({ url: receiver.url });
  await service.tell({});
  const failed = await becomes(id, 'failed');
  expect(failed.attempts).toHaveLength(4);
  expect(failed.next_attempt_at).toBeNull();
  expect(await service.deliveriesOf(id, '?status=failed')).toHaveLength(1);
  expect(await service.deliveriesOf(id, '?status=succeeded')).toHaveLength(0);

  const resent = await service.call('post', `/webhooks/deliveries/${failed.id}/resend`);
  expect(resent.status).toBe(202);
  expect(resent.body).toMatchObject({ id: failed.id, status: 'pending' });
  expect((await becomes(id, 'succeeded')).attempts).toHaveLength(5);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('what arrived can be sent again too', async () => {
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: receiver.url });
  await service.tell({});
  const { id: deliveryId } = await becomes(id, 'succeeded');
  await service.call('post', `/webhooks/deliveries/${deliveryId}/resend`);
  await eventually(() => receiver.received.length === 2);
});

test('after a rotation both secrets verify, until the overlap is over', async () => {
  const receiver = await receive();
  const { id, secret: before } = await service.addWebhook({ url: receiver.url });
  const { secret: after } = (await service.call('post', `/webhooks/${id}/rotate_secret`)).body;
  await service.tell({});
  const first = await eventually(() => receiver.received[0]);
  for (const secret of [before, after]) await verifyWebhook(first.body, first.headers, secret);

  await service.database.query('UPDATE webhooks SET previous_secret_until = now() WHERE id = $1', [id]);
  await service.tell({});
  const second = await eventually(() => receiver.received[1]);
  await verifyWebhook(second.body, second.headers, after);
  await expect(verifyWebhook(second.body, second.headers, before)).rejects.toThrow('no signature fits');
});

test('a second rotation within the overlap leaves the first secret its day', async () => {
  const receiver = await receive();
  const { id, secret: before } = await service.addWebhook({ url: receiver.url });
  await service.call('post', `/webhooks/${id}/rotate_secret`);
  const { secret: after } = (await service.call('post', `/webhooks/${id}/rotate_secret`)).body;
  await service.tell({});
  const { body, headers } = await eventually(() => receiver.received[0]);
  for (const secret of [before, after]) await verifyWebhook(body, headers, secret);
});

test('a secret that can not be read sends nothing unsigned, and a rotation mends it', async () => {
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: receiver.url });
  // As with another WEBHOOK_ENCRYPTION_KEY.
  await service.database.query(`UPDATE webhooks SET secret = decode(repeat('00', 60), 'hex') WHERE id = $1`, [id]);
  expect((await service.call('post', `/webhooks/${id}/test`)).body).toMatchObject({
    status: 'failed',
    attempts: [{ response_status: null, error: 'secret_unreadable' }],
  });
  const { secret } = (await service.call('post', `/webhooks/${id}/rotate_secret`)).body;
  expect((await service.call('post', `/webhooks/${id}/test`)).body).toMatchObject({ status: 'succeeded' });
  expect(receiver.received).toHaveLength(1);
  const [{ body, headers }] = receiver.received as [ReceivedWebhook];
  await verifyWebhook(body, headers, secret);
});

test('the test button tells at once what came of it, and tries once', async () => {
  const receiver = await receive(statuses(500, 204));
  const { id, secret } = await service.addWebhook({ url: receiver.url });
  const failed = await service.call('post', `/webhooks/${id}/test`);
  expect(failed.status).toBe(200);
  expect(failed.body).toMatchObject({
    type: 'webhook.test',
    status: 'failed',
    attempts: [{ response_status: 500 }],
    next_attempt_at: null,
  });
  const succeeded = await service.call('post', `/webhooks/${id}/test`);
  expect(succeeded.body).toMatchObject({ status: 'succeeded', sequence: 2 });
  const last = receiver.received[1] as ReceivedWebhook;
  expect(await verifyWebhook(last.body, last.headers, secret)).toMatchObject({
    type: 'webhook.test',
    data: { webhook_id: id },
  });
  expect(receiver.received).toHaveLength(2);
});

test('two instances share the work: nothing is sent twice, and the numbers have no gaps', async () => {
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: receiver.url });
  const count = 300;
  await Promise.all(Array.from({ length: count }, () => service.tell({})));
  await eventually(() => receiver.received.length >= count, 30_000);
  await eventually(async () => (await service.deliveriesOf(id, '?status=pending')).length === 0);
  expect(receiver.received).toHaveLength(count);
  const sequences = receiver.received.map((webhook) => payloadOf(webhook).sequence).sort((a, b) => a - b);
  expect(sequences).toEqual(Array.from({ length: count }, (_none, index) => index + 1));
});

test('the log is walked page by page, and found by notification', async () => {
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: receiver.url });
  const { notification_id: first } = await service.tell({});
  await service.tell({});
  await eventually(() => receiver.received.length === 2);
  const page = await service.call('get', `/webhooks/${id}/deliveries?limit=1`);
  expect(page.body.data).toMatchObject([{ sequence: 2 }]);
  const next = await service.call('get', `/webhooks/${id}/deliveries?limit=1&cursor=${page.body.meta.next_cursor}`);
  expect(next.body).toMatchObject({ data: [{ sequence: 1 }], meta: { next_cursor: null } });
  expect(await service.deliveriesOf(id, `?notification_id=${first}`)).toMatchObject([{ notification_id: first }]);
});

test('a webhook that is deleted gets nothing more, not even what was due', async () => {
  const receiver = await receive(statuses(500));
  const { id } = await service.addWebhook({ url: receiver.url });
  await service.tell({});
  await eventually(() => receiver.received.length >= 2);
  expect((await service.call('delete', `/webhooks/${id}`)).status).toBe(204);
  const other = await receive();
  await service.addWebhook({ url: other.url });
  await service.tell({});
  await eventually(() => other.received.length === 1);
  const { rows } = await service.database.query('SELECT FROM deliveries WHERE webhook_id = $1', [id]);
  expect(rows).toHaveLength(1);
  expect(receiver.received.length).toBeLessThan(4);
});

test('rubbish on the queue is dropped and counted, and holds nothing up', async () => {
  const receiver = await receive();
  await service.addWebhook({ url: receiver.url });
  for (const body of ['nonsense', '{}', JSON.stringify({ ...eventOf({}), timeline: [] })]) {
    await service.publish(Buffer.from(body));
  }
  await service.tell({});
  await eventually(() => receiver.received.length === 1);
});
