import type { AddressInfo } from 'node:net';
import { type ChangedJson, USER_CHANGED } from '@notify/contracts';
import { type Broker, openBroker } from '@notify/messaging';
import { createServiceTokens } from '@notify/service-kit';
import { createTestBroker, createTestDatabase, createTestKit, rabbitmqApi, testRedisUrl } from '@notify/testing';
import supertest from 'supertest';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startUserService } from '../src/start-user-service.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

type Method = 'get' | 'put' | 'patch' | 'post' | 'delete';

/** The real service on real servers of its own, and someone who listens to its events. */
export interface RunningService {
  url: string;
  broker: Broker;
  /** A request with a valid service token. */
  call(method: Method, path: string, body?: unknown): Promise<supertest.Response>;
  /** A token for another audience. */
  tokenFor(audience: string): Promise<string>;
  /** The ids of `user.changed`, as they arrived. */
  changed: string[];
  queueLength(queue: string): Promise<number>;
  stop(): Promise<void>;
}

export async function runUserService(): Promise<RunningService> {
  const databaseServer = await createTestDatabase();
  const brokerServer = await createTestBroker();
  const kit = createTestKit(SERVICE_NAME);
  const config = readConfig({
    DATABASE_URL: databaseServer.url,
    RABBITMQ_URL: brokerServer.url,
    REDIS_URL: testRedisUrl(),
    SERVICE_TOKEN_SECRET: SECRET,
    HOST: '127.0.0.1',
    PORT: '0',
  });
  const server = await startUserService(config, kit.logger, kit.lifecycle);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const listener = createTestKit('test');
  const broker = await openBroker({ url: brokerServer.url, name: 'test', ...listener });
  const changed: string[] = [];
  await broker.subscribe({
    routingKeys: [USER_CHANGED],
    onMessage: ({ body }) => changed.push((JSON.parse(body.toString()) as ChangedJson).id),
  });

  const tokens = createServiceTokens(SECRET, 'test');
  return {
    url,
    broker,
    changed,
    tokenFor: tokens,
    async call(method, path, body) {
      const request = supertest(url)
        [method](path)
        .set('authorization', `Bearer ${await tokens(SERVICE_NAME)}`);
      return body === undefined ? request : request.set('content-type', 'application/json').send(JSON.stringify(body));
    },
    async queueLength(queue) {
      const found = await rabbitmqApi<{ messages?: number }>('GET', `/queues/${brokerServer.vhost}/${queue}`);
      return found.messages ?? -1;
    },
    async stop() {
      await kit.lifecycle.shutdown('end of the test');
      await listener.lifecycle.shutdown('end of the test');
      await databaseServer.drop();
      await brokerServer.drop();
    },
  };
}
