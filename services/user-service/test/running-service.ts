import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  EVENTS_EXCHANGE,
  RECIPIENT_REJECTED,
  type RecipientRejectedJson,
  USER_CHANGED,
  type UserChangedJson,
} from '@notify/contracts';
import { type Broker, openBroker } from '@notify/messaging';
import { createServiceTokens, type DatabaseOptions } from '@notify/service-kit';
import { createTestBroker, createTestDatabase, createTestKit, rabbitmqApi, testRedisUrl } from '@notify/testing';
import supertest from 'supertest';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startUserService } from '../src/start-user-service.ts';

export const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

type Method = 'get' | 'put' | 'patch' | 'post' | 'delete';

/** The real service on real servers of its own, and someone who listens to its events. */
export interface RunningService {
  url: string;
  brokerUrl: string;
  broker: Broker;
  /** A request with a valid service token. */
  call(method: Method, path: string, body?: unknown): Promise<supertest.Response>;
  /** A token for another audience. */
  tokenFor(audience: string): Promise<string>;
  /** A provider says that an address is not to be used any more; by default FCM of a device token. */
  reject(rejected: Partial<RecipientRejectedJson> | Buffer): Promise<void>;
  /** Of its database. */
  databaseOptions: DatabaseOptions;
  /** Each `user.changed`, as it arrived. */
  changed: UserChangedJson[];
  queueLength(queue: string): Promise<number>;
  stop(): Promise<void>;
}

/** @param redisUrl default: the test Redis. */
export async function runUserService(redisUrl = testRedisUrl()): Promise<RunningService> {
  const databaseServer = await createTestDatabase();
  const brokerServer = await createTestBroker();
  const kit = createTestKit(SERVICE_NAME);
  const config = readConfig({
    DATABASE_URL: databaseServer.url,
    RABBITMQ_URL: brokerServer.url,
    REDIS_URL: redisUrl,
    SERVICE_TOKEN_SECRET: SECRET,
    HOST: '127.0.0.1',
    PORT: '0',
  });
  const server = await startUserService(config, kit.logger, kit.lifecycle);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const listener = createTestKit('test');
  const broker = await openBroker({ url: brokerServer.url, name: 'test', ...listener });
  const changed: UserChangedJson[] = [];
  await broker.subscribe({
    routingKeys: [USER_CHANGED],
    onMessage: ({ body }) => changed.push(JSON.parse(body.toString())),
  });

  const tokens = createServiceTokens(SECRET, 'test');
  return {
    url,
    brokerUrl: brokerServer.url,
    broker,
    databaseOptions: {
      url: databaseServer.url,
      poolSize: 5,
      migrationsDir: fileURLToPath(new URL('../migrations', import.meta.url)),
    },
    changed,
    tokenFor: tokens,
    async call(method, path, body) {
      const request = supertest(url)
        [method](path)
        .set('authorization', `Bearer ${await tokens(SERVICE_NAME)}`);
      return body === undefined ? request : request.set('content-type', 'application/json').send(JSON.stringify(body));
    },
    reject(rejected) {
      const event = {
        version: 1,
        event_id: randomUUID(),
        channel: 'push',
        provider: 'fcm',
        error_code: 'UNREGISTERED',
        occurred_at: new Date().toISOString(),
        ...rejected,
      };
      return broker.publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: RECIPIENT_REJECTED,
        messageId: event.event_id,
        body: Buffer.isBuffer(rejected) ? rejected : event,
      });
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
