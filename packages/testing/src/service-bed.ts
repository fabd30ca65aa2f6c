import { type Broker, type Delivery, openBroker } from '@notify/messaging';
import { createServiceTokens } from '@notify/service-kit';
import supertest from 'supertest';
import { createTestBroker, createTestDatabase, rabbitmqApi } from './test-servers.ts';
import { createTestKit } from './test-service.ts';

/** Long enough for every secret that a service asks for. */
export const TEST_SECRET = 'a-secret-of-the-tests-that-is-long-enough';

type Method = 'get' | 'put' | 'patch' | 'post' | 'delete';
export type ServiceCall = (method: Method, path: string, body?: unknown) => Promise<supertest.Response>;

/** What a service under test stands on: servers of its own, and someone outside who is connected to its broker. */
export interface ServiceBed {
  databaseUrl: string;
  brokerUrl: string;
  vhost: string;
  /** What each service has to be told. */
  env: Record<'DATABASE_URL' | 'RABBITMQ_URL' | 'SERVICE_TOKEN_SECRET' | 'HOST' | 'PORT', string>;
  /** Of the one outside, as the broker. */
  kit: ReturnType<typeof createTestKit>;
  broker: Broker;
  /** A service token for an audience. */
  tokenFor(audience: string): Promise<string>;
  /** Requests to the service at this address, with a valid service token. */
  callerOf(service: string, url: string): ServiceCall;
  /** Takes all that comes to a queue from now on. */
  collect(queue: string): Promise<Delivery[]>;
  /** Messages in a queue, unacknowledged ones included. @throws while RabbitMQ, which counts every few seconds, has not. */
  queueLength(queue: string): Promise<number>;
  /** Once the service has stopped. */
  close(): Promise<void>;
}

export async function openServiceBed(): Promise<ServiceBed> {
  const database = await createTestDatabase();
  const server = await createTestBroker();
  const kit = createTestKit('test');
  const broker = await openBroker({ url: server.url, name: 'test', ...kit });
  const tokenFor = createServiceTokens(TEST_SECRET, 'test');
  return {
    databaseUrl: database.url,
    brokerUrl: server.url,
    vhost: server.vhost,
    env: {
      DATABASE_URL: database.url,
      RABBITMQ_URL: server.url,
      SERVICE_TOKEN_SECRET: TEST_SECRET,
      HOST: '127.0.0.1',
      PORT: '0',
    },
    kit,
    broker,
    tokenFor,
    callerOf: (service, url) => async (method, path, body) => {
      const request = supertest(url)
        [method](path)
        .set('authorization', `Bearer ${await tokenFor(service)}`);
      return body === undefined ? request : request.set('content-type', 'application/json').send(JSON.stringify(body));
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
    async queueLength(queue) {
      const { messages } = await rabbitmqApi<{ messages?: number }>('GET', `/queues/${server.vhost}/${queue}`);
      if (messages === undefined) throw new Error(`RabbitMQ has not counted ${queue} yet`);
      return messages;
    },
    async close() {
      await kit.lifecycle.shutdown('end of the test');
      await database.drop();
      await server.drop();
    },
  };
}
