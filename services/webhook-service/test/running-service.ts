import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  EVENTS_EXCHANGE,
  type NewWebhookJson,
  type NotificationEventJson,
  notificationEventRoutingKey,
  type WebhookDeliveryJson,
} from '@notify/contracts';
import { type Broker, openBroker } from '@notify/messaging';
import { createServiceTokens, type Database, openDatabase } from '@notify/service-kit';
import { createTestBroker, createTestDatabase, createTestKit, rabbitmqApi } from '@notify/testing';
import supertest from 'supertest';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startWebhookService } from '../src/start-webhook-service.ts';
import { eventOf } from './event-builder.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

type Method = 'get' | 'post' | 'patch' | 'delete';

/** The real service on real servers of its own, once or several times, and someone who publishes events. */
export interface RunningService {
  broker: Broker;
  vhost: string;
  /** The service's own. */
  database: Database;
  /** A request with a valid service token, to the first instance unless another one is named. */
  call(method: Method, path: string, body?: unknown, instance?: number): Promise<supertest.Response>;
  addWebhook(webhook: Record<string, unknown>, instance?: number): Promise<NewWebhookJson>;
  deliveriesOf(webhookId: string, query?: string): Promise<WebhookDeliveryJson[]>;
  /** Publishes what a worker would, with one line in its timeline unless there are others. */
  tell(event: Partial<NotificationEventJson>): Promise<NotificationEventJson>;
  publish(body: Buffer): Promise<void>;
  queueLength(queue: string): Promise<number>;
  metrics(): Promise<string>;
  /** The service's instances alone. */
  stopInstances(): Promise<void>;
  /** As many as before. */
  startInstances(): Promise<void>;
  stop(): Promise<void>;
}

export async function runWebhookService(settings: Record<string, string> = {}, instances = 1): Promise<RunningService> {
  const databaseServer = await createTestDatabase();
  const brokerServer = await createTestBroker();
  const config = readConfig({
    DATABASE_URL: databaseServer.url,
    RABBITMQ_URL: brokerServer.url,
    SERVICE_TOKEN_SECRET: SECRET,
    WEBHOOK_ENCRYPTION_KEY: SECRET,
    HOST: '127.0.0.1',
    PORT: '0',
    ...settings,
  });
  let running: { kit: ReturnType<typeof createTestKit>; url: string }[] = [];
  async function startInstances(): Promise<void> {
    for (let n = 0; n < instances; n += 1) {
      const kit = createTestKit(SERVICE_NAME);
      const server = await startWebhookService(config, kit.logger, kit.lifecycle);
      running.push({ kit, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    }
  }
  const urlOf = (instance: number) => running[instance]?.url ?? '';
  await startInstances();

  const outside = createTestKit('test');
  const broker = await openBroker({ url: brokerServer.url, name: 'test', ...outside });
  const database = await openDatabase(
    { url: databaseServer.url, poolSize: 2, migrationsDir: new URL('../migrations', import.meta.url).pathname },
    outside.logger,
    outside.lifecycle,
  );
  const tokens = createServiceTokens(SECRET, 'test');

  async function call(method: Method, path: string, body?: unknown, instance = 0): Promise<supertest.Response> {
    const request = supertest(urlOf(instance))
      [method](path)
      .set('authorization', `Bearer ${await tokens(SERVICE_NAME)}`);
    return body === undefined ? request : request.set('content-type', 'application/json').send(JSON.stringify(body));
  }

  async function stopInstances(): Promise<void> {
    const stopping = running;
    running = [];
    await Promise.all(stopping.map(({ kit }) => kit.lifecycle.shutdown('end of the test')));
  }

  return {
    broker,
    vhost: brokerServer.vhost,
    database,
    call,
    async addWebhook(webhook, instance) {
      const asked = { events: ['notification.sent'], ...webhook };
      const { status, body } = await call('post', '/webhooks', asked, instance);
      if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
      return body;
    },
    async deliveriesOf(webhookId, query = '') {
      return (await call('get', `/webhooks/${webhookId}/deliveries${query}`)).body.data;
    },
    async tell(parts) {
      const body = eventOf(parts);
      await broker.publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: notificationEventRoutingKey(body.event),
        messageId: body.event_id,
        body,
      });
      return body;
    },
    async publish(body) {
      await broker.publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: 'notification.sent',
        messageId: randomUUID(),
        body,
      });
    },
    async queueLength(queue) {
      const found = await rabbitmqApi<{ messages?: number }>('GET', `/queues/${brokerServer.vhost}/${queue}`);
      return found.messages ?? -1;
    },
    async metrics() {
      return (await supertest(urlOf(0)).get('/metrics')).text;
    },
    stopInstances,
    startInstances,
    async stop() {
      await stopInstances();
      await outside.lifecycle.shutdown('end of the test');
      await databaseServer.drop();
      await brokerServer.drop();
    },
  };
}
