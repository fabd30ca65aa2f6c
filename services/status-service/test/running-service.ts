import type { AddressInfo } from 'node:net';
import {
  EVENTS_EXCHANGE,
  type NotificationEventJson,
  notificationEventRoutingKey,
  type ReceiptJson,
  receiptRoutingKey,
} from '@notify/contracts';
import { type Broker, type Delivery, openBroker } from '@notify/messaging';
import { createServiceTokens } from '@notify/service-kit';
import { createTestBroker, createTestDatabase, createTestKit, rabbitmqApi, testRedisUrl } from '@notify/testing';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startStatusService } from '../src/start-status-service.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

export interface Answer<T> {
  status: number;
  body: T;
}

/** The real service with its servers; `start` may be called again for a second instance on the same queue and database. */
export interface TestBed {
  broker: Broker;
  database: pg.Pool;
  databaseUrl: string;
  brokerUrl: string;
  start(env?: NodeJS.ProcessEnv): Promise<{
    get<T>(path: string, token?: string): Promise<Answer<T>>;
    post<T>(path: string, body?: unknown): Promise<Answer<T>>;
    metrics(): Promise<string>;
    stop(): Promise<void>;
  }>;
  publishEvents(events: readonly NotificationEventJson[]): Promise<void>;
  publishReceipts(receipts: readonly ReceiptJson[]): Promise<void>;
  /** Takes all that comes to a queue from now on. */
  collect(queue: string): Promise<Delivery[]>;
  /** Throws away what waits in a queue. */
  purge(queue: string): Promise<void>;
  /** Messages in a queue, unacknowledged ones included; the broker counts every few seconds. */
  queueLength(queue: string): Promise<number>;
  close(): Promise<void>;
}

export async function openTestBed(): Promise<TestBed> {
  const databaseServer = await createTestDatabase();
  const brokerServer = await createTestBroker();
  const own = createTestKit('test');
  const broker = await openBroker({ url: brokerServer.url, name: 'test', ...own });
  const database = new pg.Pool({ connectionString: databaseServer.url, max: 2, application_name: 'test' });
  database.on('error', () => {});
  database.on('connect', (client) => client.on('error', () => {}));
  const stops: (() => Promise<void>)[] = [];

  return {
    broker,
    database,
    databaseUrl: databaseServer.url,
    brokerUrl: brokerServer.url,
    async start(env = {}) {
      const kit = createTestKit(SERVICE_NAME);
      const config = readConfig({
        DATABASE_URL: databaseServer.url,
        RABBITMQ_URL: brokerServer.url,
        REDIS_URL: testRedisUrl(),
        SERVICE_TOKEN_SECRET: SECRET,
        HOST: '127.0.0.1',
        PORT: '0',
        ...env,
      });
      const server = await startStatusService(config, kit.logger, kit.lifecycle);
      const stop = () => kit.lifecycle.shutdown('end of the test');
      stops.push(stop);
      const tokens = createServiceTokens(SECRET, 'test');
      const { port } = server.address() as AddressInfo;
      return {
        stop,
        async get<T>(path: string, token?: string) {
          const authorization = `Bearer ${token ?? (await tokens(SERVICE_NAME))}`;
          const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
          return { status: response.status, body: (await response.json()) as T };
        },
        async post<T>(path: string, body?: unknown) {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${await tokens(SERVICE_NAME)}`, 'content-type': 'application/json' },
            body: body === undefined ? undefined : JSON.stringify(body),
          });
          return { status: response.status, body: (await response.json()) as T };
        },
        async metrics() {
          return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        },
      };
    },
    async publishEvents(events) {
      // Below the publisher's limit of unconfirmed messages.
      for (let start = 0; start < events.length; start += 2_000) {
        await Promise.all(
          events.slice(start, start + 2_000).map((event) =>
            broker.publish({
              exchange: EVENTS_EXCHANGE,
              routingKey: notificationEventRoutingKey(event.event),
              messageId: event.event_id,
              body: event,
            }),
          ),
        );
      }
    },
    async publishReceipts(receipts) {
      await Promise.all(
        receipts.map((receipt) =>
          broker.publish({
            exchange: EVENTS_EXCHANGE,
            routingKey: receiptRoutingKey(receipt.channel),
            messageId: receipt.event_id,
            body: receipt,
          }),
        ),
      );
    },
    async collect(queue) {
      const collected: Delivery[] = [];
      await broker.consume({
        queue,
        prefetch: 100,
        async onMessage(delivery) {
          collected.push(delivery);
        },
      });
      return collected;
    },
    async purge(queue) {
      await rabbitmqApi('DELETE', `/queues/${brokerServer.vhost}/${queue}/contents`);
    },
    async queueLength(queue) {
      const { messages } = await rabbitmqApi<{ messages?: number }>('GET', `/queues/${brokerServer.vhost}/${queue}`);
      if (messages === undefined) throw new Error(`RabbitMQ has not counted ${queue} yet`);
      return messages;
    },
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await own.lifecycle.shutdown('end of the test');
      await database.end();
      await databaseServer.drop();
      await brokerServer.drop();
    },
  };
}
