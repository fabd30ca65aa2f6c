import { afterEach, expect, test } from '@jest/globals';
import {
  EVENTS_EXCHANGE,
  type NotificationEventJson,
  STATUS_QUEUE,
  WEBHOOKS_BINDING,
  WEBHOOKS_QUEUE,
} from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import {
  createTestBroker,
  eventually,
  openTcpDoor,
  rabbitmqApi,
  startWebhookReceiver,
  type WebhookReceiver,
} from '@notify/testing';
import { settleBinding } from '../src/event-binding.ts';
import { type RunningService, runWebhookService } from './running-service.ts';

const BOUND = ['notification.*'];
const UNBOUND: string[] = [];
/** The binding is looked at every 10 s. */
const LOOK_TIMEOUT_MS = 20_000;
const ROUNDS = 40;

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});
async function run(settings: Record<string, string> = {}, instances = 1): Promise<RunningService> {
  const service = await runWebhookService(settings, instances);
  cleanUps.push(service.stop);
  return service;
}
async function receive(status = 204): Promise<WebhookReceiver & { url: string }> {
  const receiver = await startWebhookReceiver((_webhook, response) => response.writeHead(status).end());
  // Before the service, which would wait for it.
  cleanUps.unshift(receiver.close);
  return { ...receiver, url: `http://127.0.0.1:${receiver.port}/hook` };
}

/** Of which events webhooks.queue gets a copy. */
async function bindings({ vhost }: RunningService): Promise<string[]> {
  const found = await rabbitmqApi<{ source: string; routing_key: string }[]>(
    'GET',
    `/queues/${vhost}/${WEBHOOKS_QUEUE}/bindings`,
  );
  return found.filter(({ source }) => source === EVENTS_EXCHANGE).map(({ routing_key: key }) => key);
}
const becomes = (service: RunningService, expected: string[]) =>
  eventually(async () => (await bindings(service)).join() === expected.join(), LOOK_TIMEOUT_MS);
const waiting = async ({ broker }: RunningService) =>
  Object.fromEntries(await broker.queueDepths([STATUS_QUEUE, WEBHOOKS_QUEUE]));
const isTold = (receiver: WebhookReceiver, { notification_id: id }: NotificationEventJson) =>
  eventually(() => receiver.received.some(({ body }) => body.includes(id)));

test('while nobody asks for them, events come to no queue of webhooks', async () => {
  const service = await run();
  const { url } = await receive();
  // What becomes of other webhooks is no event of the broker's.
  await service.addWebhook({ url, events: ['webhook.disabled'] });
  expect(await bindings(service)).toEqual(UNBOUND);
  await service.stopInstances();
  await service.tell({});
  expect(await waiting(service)).toEqual({ [STATUS_QUEUE]: 1, [WEBHOOKS_QUEUE]: 0 });
});

test('what is published right after a webhook was made, enabled or changed is told to it', async () => {
  const service = await run();
  const receiver = await receive();
  const { id } = await service.addWebhook({ url: receiver.url });
  await isTold(receiver, await service.tell({}));

  await service.call('patch', `/webhooks/${id}`, { enabled: false });
  await becomes(service, UNBOUND);
  expect((await service.call('patch', `/webhooks/${id}`, { enabled: true })).status).toBe(200);
  await isTold(receiver, await service.tell({}));

  await service.call('patch', `/webhooks/${id}`, { events: ['webhook.disabled'] });
  await becomes(service, UNBOUND);
  expect((await service.call('patch', `/webhooks/${id}`, { events: ['notification.sent'] })).status).toBe(200);
  await isTold(receiver, await service.tell({}));
}, 60_000);

test('a webhook that disabled itself, the last one, has events come no more', async () => {
  const service = await run();
  const gone = await receive(410);
  await service.addWebhook({ url: gone.url });
  expect(await bindings(service)).toEqual(BOUND);
  await service.tell({});
  await becomes(service, UNBOUND);
}, 30_000);

test('one instance deletes the last webhook while another makes one: nothing published after its answer is missed', async () => {
  const service = await run({}, 2);
  const { url } = await receive();
  let isOver = false;
  let looks = 0;
  // As often as can be, where the instances look every 10 s.
  const looking = (async () => {
    while (!isOver) {
      await settleBinding(service.database, service.broker);
      looks += 1;
    }
  })();
  const storedFor = async (webhookId: string, { notification_id: id }: NotificationEventJson) => {
    const { rowCount } = await service.database.query(
      'SELECT FROM deliveries WHERE webhook_id = $1 AND notification_id = $2',
      [webhookId, id],
    );
    return rowCount === 1;
  };
  let last: string | undefined;
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const deleted =
        last === undefined ? undefined : service.call('delete', `/webhooks/${last}`, undefined, round % 2);
      const { id } = await service.addWebhook({ url }, (round + 1) % 2);
      const events = [await service.tell({})];
      await deleted;
      events.push(await service.tell({}));
      for (const event of events) await eventually(() => storedFor(id, event));
      last = id;
    }
  } finally {
    isOver = true;
    await looking;
  }
  expect(looks).toBeGreaterThan(ROUNDS);
}, 60_000);

test('while webhook-service is down, what webhooks asked for waits for it', async () => {
  const service = await run();
  const receiver = await receive();
  await service.addWebhook({ url: receiver.url });
  await service.stopInstances();
  const event = await service.tell({});
  expect(await waiting(service)).toMatchObject({ [WEBHOOKS_QUEUE]: 1 });
  await service.startInstances();
  await isTold(receiver, event);
  expect(await bindings(service)).toEqual(BOUND);
});

test('the binding that the version before declared ends when nobody asks for events', async () => {
  const service = await run();
  await service.stopInstances();
  await service.broker.bind(WEBHOOKS_QUEUE, WEBHOOKS_BINDING);
  await service.tell({});
  expect(await waiting(service)).toMatchObject({ [WEBHOOKS_QUEUE]: 1 });
  await service.startInstances();
  await becomes(service, UNBOUND);
  await eventually(async () => (await waiting(service))[WEBHOOKS_QUEUE] === 0);
});

test.each([
  ['webhook-service', async () => {}],
  // Before webhook-service has noticed: whoever publishes what finds no queue declares the topology.
  [
    'somebody else',
    (broker: Broker) =>
      broker
        .publish({ exchange: EVENTS_EXCHANGE, routingKey: 'nobody.asks', messageId: 'm', body: {} })
        .catch(() => {}),
  ],
])(
  'the binding comes back with a queue that was deleted, and declared again by %s',
  async (_who, declareAgain) => {
    const service = await run();
    const { url } = await receive();
    await service.addWebhook({ url });
    await rabbitmqApi('DELETE', `/queues/${service.vhost}/${WEBHOOKS_QUEUE}`);
    await declareAgain(service.broker);
    await becomes(service, BOUND);
  },
  30_000,
);

test('the binding comes back when an operator has ended it', async () => {
  const service = await run();
  const { url } = await receive();
  await service.addWebhook({ url });
  await service.broker.unbind(WEBHOOKS_QUEUE, WEBHOOKS_BINDING);
  await becomes(service, BOUND);
}, 30_000);

test('the binding comes back after the broker lost all that it had', async () => {
  const service = await run();
  const receiver = await receive();
  await service.addWebhook({ url: receiver.url });
  const [rights] = await rabbitmqApi<{ user: string }[]>('GET', `/vhosts/${service.vhost}/permissions`);
  await rabbitmqApi('DELETE', `/vhosts/${service.vhost}`);
  await rabbitmqApi('PUT', `/vhosts/${service.vhost}`);
  await rabbitmqApi('PUT', `/permissions/${service.vhost}/${rights?.user}`, rights);
  await becomes(service, BOUND);
  await eventually(() => service.broker.isReady);
  await isTold(receiver, await service.tell({}));
}, 30_000);

test('while the broker is away no webhook is made or enabled, and everything else about them goes on', async () => {
  const server = await createTestBroker();
  const door = await openTcpDoor(server.url);
  const service = await run({ RABBITMQ_URL: door.url });
  cleanUps.push(door.shut, server.drop);
  const { url } = await receive();
  const { id } = await service.addWebhook({ url });
  await door.shut();

  const refused = await service.call('post', '/webhooks', { url, events: ['notification.sent'] });
  expect([refused.status, refused.body.code]).toEqual([503, 'dependency_unavailable']);
  expect((await service.call('get', '/webhooks')).body.data).toHaveLength(1);
  const change = async (patch: Record<string, unknown>) =>
    (await service.call('patch', `/webhooks/${id}`, patch)).status;
  expect(await change({ url: `${url}/moved` })).toBe(200);
  expect(await change({ enabled: false, events: ['notification.read'] })).toBe(200);
  expect(await change({ enabled: true })).toBe(503);
  expect((await service.call('get', `/webhooks/${id}`)).body.enabled).toBe(false);

  await door.open();
  await eventually(async () => (await change({ enabled: true })) === 200);
});
