import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  EVENTS_EXCHANGE,
  FAILED_QUEUE,
  laneQueue,
  NOTIFICATIONS_EXCHANGE,
  rungExchange,
  STATUS_QUEUE,
} from '@notify/contracts';
import { createTestBroker, createTestKit, eventually, rabbitmqApi } from '@notify/testing';
import { connect as connectToBroker } from 'amqplib';
import { declareTopology } from '../src/declare-topology.ts';
import { type Broker, BrokerUnavailableError, type Delivery, deadLetter, openBroker } from '../src/index.ts';

let server: Awaited<ReturnType<typeof createTestBroker>>;
let kit: ReturnType<typeof createTestKit>;
let broker: Broker;

beforeEach(async () => {
  server = await createTestBroker();
  kit = createTestKit('messaging-test');
  broker = await openBroker({ url: server.url, name: 'messaging-test', ...kit });
});
afterEach(async () => {
  await kit.lifecycle.shutdown('test');
  await server.drop();
});

/** A way to the broker on which, once silenced, nothing comes through any more although it stays open. */
async function openSilencableLine(brokerUrl: string) {
  const url = new URL(brokerUrl);
  const { hostname, port } = url;
  const sockets: Socket[] = [];
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.pipe(to);
      from.on('error', () => {});
      sockets.push(from);
    }
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.toString(),
    silence: () => sockets.forEach((socket) => void socket.unpipe().resume()),
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

let count = 0;
const toEmail = (body: unknown = { n: count }) => ({
  exchange: NOTIFICATIONS_EXCHANGE,
  routingKey: 'email.medium',
  messageId: `m-${++count}`,
  body,
});
const EMAIL_QUEUE = laneQueue('email', 'medium');

async function connectionNames(): Promise<string[]> {
  const connections = await rabbitmqApi<{ name: string; vhost: string }[]>('GET', '/connections');
  return connections.filter((connection) => connection.vhost === server.vhost).map(({ name }) => name);
}
async function closeConnectionsByForce(): Promise<void> {
  // The management page learns of a connection some time after it was opened.
  const names = await eventually(async () => {
    const found = await connectionNames();
    return found.length >= 2 && found;
  }, 20_000);
  for (const name of names) await rabbitmqApi('DELETE', `/connections/${encodeURIComponent(name)}`);
}

test('a published message reaches its lane with its headers', async () => {
  const received: Delivery[] = [];
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 10,
    onMessage: async (delivery) => void received.push(delivery),
  });
  await broker.publish({ ...toEmail({ hello: 'world' }), headers: { notification_id: 'n-1', hop: 0 } });
  const delivery = await eventually(() => received[0]);
  expect(JSON.parse(delivery.body.toString())).toEqual({ hello: 'world' });
  expect(delivery).toMatchObject({
    routingKey: 'email.medium',
    redelivered: false,
    headers: { notification_id: 'n-1', hop: 0 },
  });
});

test('a message on a rung comes back to its own lane after the delay', async () => {
  const received: { at: number; delivery: Delivery }[] = [];
  await broker.consume({
    queue: laneQueue('sms', 'high'),
    prefetch: 10,
    onMessage: async (delivery) => void received.push({ at: Date.now(), delivery }),
  });
  const sentAt = Date.now();
  await broker.publish({ ...toEmail(), exchange: rungExchange('1s'), routingKey: 'sms.high' });
  const { at, delivery } = await eventually(() => received[0]);
  expect(at - sentAt).toBeGreaterThanOrEqual(950);
  expect(delivery.routingKey).toBe('sms.high');
});

test('a deleted binding is mended by the next message that misses it', async () => {
  await rabbitmqApi('DELETE', `/bindings/${server.vhost}/e/${NOTIFICATIONS_EXCHANGE}/q/${EMAIL_QUEUE}/email.medium`);
  await broker.publish(toEmail());
  const received: Delivery[] = [];
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 1,
    onMessage: async (delivery) => void received.push(delivery),
  });
  await eventually(() => received.length === 1);
});

test('a message that no queue can take is an error, unless nobody has to be listening', async () => {
  const nowhere = { ...toEmail(), exchange: EVENTS_EXCHANGE, routingKey: 'no.such.thing' };
  await expect(broker.publish(nowhere)).rejects.toThrow(BrokerUnavailableError);
  await expect(broker.publish({ ...nowhere, mandatory: false })).resolves.toBeUndefined();
});

test('after the connections were closed by force it publishes and consumes again, and nothing confirmed is lost', async () => {
  const received = new Set<string | undefined>();
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 50,
    onMessage: async ({ messageId }) => void received.add(messageId),
  });
  const before = Array.from({ length: 50 }, () => toEmail());
  await Promise.all(before.map((message) => broker.publish(message)));
  await closeConnectionsByForce();
  const after = Array.from({ length: 50 }, () => toEmail());
  await Promise.all(after.map((message) => broker.publishUntilConfirmed(message)));
  await eventually(() => received.size === 100);
  await eventually(() => broker.isReady);
});

test('a consumer whose queue is deleted under it subscribes again', async () => {
  const received: Delivery[] = [];
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 10,
    onMessage: async (delivery) => void received.push(delivery),
  });
  await rabbitmqApi('DELETE', `/queues/${server.vhost}/${EMAIL_QUEUE}`);
  await eventually(async () => {
    const queue = await rabbitmqApi<{ consumers?: number }>('GET', `/queues/${server.vhost}/${EMAIL_QUEUE}`);
    return queue.consumers === 1;
  }, 20_000);
  await broker.publish(toEmail());
  await eventually(() => received.length === 1);
});

test('a consumer that the broker forgot, since its queue was deleted and declared again at once, takes messages again', async () => {
  const received: Delivery[] = [];
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 4,
    onMessage: async (delivery) => {
      received.push(delivery);
    },
  });
  const others = await connectToBroker(server.url);
  for (let round = 1; round <= 2; round += 1) {
    const expected = received.length + 6;
    const channel = await others.createChannel();
    await channel.deleteQueue(EMAIL_QUEUE);
    await channel.close();
    await declareTopology(others);
    for (let n = 0; n < 6; n += 1) await broker.publish(toEmail());
    await eventually(() => received.length === expected, 20_000);
  }
  await others.close();
}, 60_000);

test('a handler that throws gives the message back, and others go on', async () => {
  const seen: string[] = [];
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 10,
    onMessage: async ({ messageId, redelivered }) => {
      seen.push(`${messageId} ${redelivered}`);
      if (messageId === 'poison' && !redelivered) throw new Error('a bug');
    },
  });
  await broker.publish({ ...toEmail(), messageId: 'poison' });
  await broker.publish({ ...toEmail(), messageId: 'fine' });
  await eventually(() => seen.includes('poison true') && seen.includes('fine false'));
});

test('a batch that fails is tried again as it was, and is acknowledged once it succeeds', async () => {
  const batches: string[][] = [];
  await broker.consumeBatches({
    queue: STATUS_QUEUE,
    prefetch: 100,
    maxBatchSize: 10,
    maxWaitMs: 20,
    onBatch: async (deliveries) => {
      batches.push(deliveries.map(({ messageId }) => String(messageId)));
      if (batches.length === 1) throw new Error('the database is away');
    },
  });
  const ids = Array.from({ length: 25 }, (_, index) => `e-${index}`);
  for (const messageId of ids) {
    await broker.publish({ exchange: EVENTS_EXCHANGE, routingKey: 'notification.sent', messageId, body: {} });
  }
  await eventually(() => new Set(batches.slice(1).flat()).size === ids.length);
  expect(batches[1]?.slice(0, batches[0]?.length)).toEqual(batches[0]);
  for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(10);
  await eventually(async () => {
    const queue = await rabbitmqApi<{ messages?: number }>('GET', `/queues/${server.vhost}/${STATUS_QUEUE}`);
    return queue.messages === 0;
  }, 20_000);
});

test('a paused consumer takes nothing until it is resumed', async () => {
  const received: Delivery[] = [];
  const consumer = await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 10,
    onMessage: async (delivery) => void received.push(delivery),
  });
  await consumer.pause();
  await broker.publish(toEmail());
  const replies: Delivery[] = [];
  // A round trip through the broker: what would have been delivered has been by then.
  const queue = await broker.openReplyQueue((delivery) => replies.push(delivery));
  await broker.publish({ exchange: '', routingKey: queue, messageId: 'reply', body: {} });
  await eventually(() => replies.length === 1);
  expect(received).toHaveLength(0);
  await consumer.resume();
  await eventually(() => received.length === 1);
});

test('a dead letter keeps its body and says why it is there', async () => {
  const body = Buffer.from('{ not json');
  const delivery: Delivery = {
    body,
    headers: { 'x-death': 'old', notification_id: 'n' },
    messageId: 'bad',
    routingKey: 'email.medium',
    redelivered: false,
  };
  await deadLetter(broker, delivery, 'invalid_message', 'not JSON');
  const received: Delivery[] = [];
  await broker.consume({ queue: FAILED_QUEUE, prefetch: 1, onMessage: async (each) => void received.push(each) });
  const dead = await eventually(() => received[0]);
  expect(dead.body.equals(body)).toBe(true);
  expect(dead.headers).toMatchObject({ reason: 'invalid_message', detail: 'not JSON', notification_id: 'n' });
  expect(dead.headers).not.toHaveProperty('x-death', 'old');
});

test('a stop does not wait for a broker that answers nothing any more', async () => {
  const line = await openSilencableLine(server.url);
  const other = createTestKit('messaging-test');
  const cutOff = await openBroker({ url: line.url, name: 'messaging-test cut off', ...other });
  await cutOff.consume({ queue: EMAIL_QUEUE, prefetch: 10, onMessage: async () => {} });
  line.silence();
  const startedAt = Date.now();
  await other.lifecycle.shutdown('test');
  // A cancel and two closes, each given up after 3 s; a heartbeat would notice the silence after 20 s.
  expect(Date.now() - startedAt).toBeLessThan(15_000);
  line.close();
});

test('a handler that always throws is given up after ten tries: the message ends in the failed queue with its reason', async () => {
  const tries: string[] = [];
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 10,
    onMessage: async ({ messageId }) => {
      if (messageId !== 'hopeless') return;
      tries.push(messageId);
      throw new TypeError('a bug');
    },
  });
  await broker.publish({ ...toEmail({ whole: true }), messageId: 'hopeless' });
  const failed = await eventually(
    async () =>
      (
        await rabbitmqApi<{ payload: string; properties: { headers: Record<string, unknown> } }[]>(
          'POST',
          `/queues/${server.vhost}/${FAILED_QUEUE}/get`,
          { count: 1, ackmode: 'ack_requeue_true', encoding: 'auto' },
        )
      )[0],
    30_000,
  );
  expect(failed.properties.headers).toMatchObject({ reason: 'delivery_limit', detail: 'TypeError in 10 tries' });
  expect(failed.payload).toBe(JSON.stringify({ whole: true }));
  expect(tries).toHaveLength(10);
});

const EVENTS = { exchange: EVENTS_EXCHANGE, routingKey: 'test.*' };
const anEvent = { exchange: EVENTS_EXCHANGE, routingKey: 'test.event', messageId: 'e', body: {}, mandatory: false };

test('a queue gets what is published once it is bound, until it is unbound; doing either twice changes nothing', async () => {
  const depth = async () => (await broker.queueDepths([EMAIL_QUEUE])).get(EMAIL_QUEUE);
  await broker.unbind(EMAIL_QUEUE, EVENTS);
  await broker.publish(anEvent);
  expect(await depth()).toBe(0);
  for (let n = 0; n < 2; n += 1) await broker.bind(EMAIL_QUEUE, EVENTS);
  await broker.publish(anEvent);
  expect(await depth()).toBe(1);
  for (let n = 0; n < 2; n += 1) await broker.unbind(EMAIL_QUEUE, EVENTS);
  await broker.publish(anEvent);
  expect(await depth()).toBe(1);
});

test('binding a queue that does not exist fails, and ends neither the connection nor its consumers', async () => {
  const received: Delivery[] = [];
  await broker.consume({
    queue: EMAIL_QUEUE,
    prefetch: 1,
    onMessage: async (delivery) => void received.push(delivery),
  });
  await expect(broker.bind('nobody.queue', EVENTS)).rejects.toThrow(BrokerUnavailableError);
  await broker.publish(toEmail());
  await eventually(() => received.length === 1);
});

test('a binding of which a silent broker confirms nothing fails in time', async () => {
  const line = await openSilencableLine(server.url);
  const other = createTestKit('messaging-test');
  const cutOff = await openBroker({ url: line.url, name: 'messaging-test cut off', ...other });
  line.silence();
  await expect(cutOff.bind(EMAIL_QUEUE, EVENTS)).rejects.toThrow('no answer in time');
  await other.lifecycle.shutdown('test');
  line.close();
}, 20_000);

test('whoever consumes a queue learns when it is consumed again, and has lost what was bound on demand', async () => {
  let reopened = 0;
  await broker.consumeBatches({
    queue: EMAIL_QUEUE,
    prefetch: 1,
    maxBatchSize: 1,
    maxWaitMs: 1,
    onBatch: async () => {},
    onReopen: () => {
      reopened += 1;
    },
  });
  expect(reopened).toBe(0);
  await rabbitmqApi('DELETE', `/queues/${server.vhost}/${EMAIL_QUEUE}`);
  await eventually(() => reopened === 1);
  await closeConnectionsByForce();
  await eventually(() => reopened === 2);
}, 30_000);

test('queues are counted, and one that does not exist ends neither the connection nor its consumers', async () => {
  const seen: unknown[] = [];
  await broker.publish(toEmail());
  expect(await broker.queueDepths(['email.queue', 'sms.queue'])).toEqual(
    new Map([
      ['email.queue', 1],
      ['sms.queue', 0],
    ]),
  );
  await expect(broker.queueDepths(['nobody.queue'])).rejects.toThrow(BrokerUnavailableError);
  await broker.consume({ queue: 'email.queue', prefetch: 1, onMessage: async ({ body }) => void seen.push(body) });
  await eventually(() => seen.length === 1);
  await eventually(async () => (await broker.queueDepths(['email.queue'])).get('email.queue') === 0);
});
