import type { AddressInfo } from 'node:net';
import { type ChangedJson, TEMPLATE_CHANGED } from '@notify/contracts';
import { openBroker } from '@notify/messaging';
import { createServiceTokens } from '@notify/service-kit';
import { createTestBroker, createTestDatabase, createTestKit } from '@notify/testing';
import supertest from 'supertest';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startTemplateService } from '../src/start-template-service.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

type Method = 'get' | 'put' | 'patch' | 'post' | 'delete';

/** The real service on real servers of its own, and someone who listens to its events. */
export interface RunningService {
  url: string;
  brokerUrl: string;
  databaseUrl: string;
  /** A request with a valid service token. */
  call(method: Method, path: string, body?: unknown): Promise<supertest.Response>;
  /** The ids of `template.changed`, as they arrived. */
  changed: string[];
  /** A service token for an audience. */
  tokenFor(audience: string): Promise<string>;
  stop(): Promise<void>;
}

export async function runTemplateService(): Promise<RunningService> {
  const databaseServer = await createTestDatabase();
  const brokerServer = await createTestBroker();
  const kit = createTestKit(SERVICE_NAME);
  const config = readConfig({
    DATABASE_URL: databaseServer.url,
    RABBITMQ_URL: brokerServer.url,
    SERVICE_TOKEN_SECRET: SECRET,
    HOST: '127.0.0.1',
    PORT: '0',
  });
  const server = await startTemplateService(config, kit.logger, kit.lifecycle);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const listener = createTestKit('test');
  const broker = await openBroker({ url: brokerServer.url, name: 'test', ...listener });
  const changed: string[] = [];
  await broker.subscribe({
    routingKeys: [TEMPLATE_CHANGED],
    onMessage: ({ body }) => changed.push((JSON.parse(body.toString()) as ChangedJson).id),
  });

  const tokens = createServiceTokens(SECRET, 'test');
  return {
    url,
    brokerUrl: brokerServer.url,
    databaseUrl: databaseServer.url,
    changed,
    tokenFor: tokens,
    async call(method, path, body) {
      const request = supertest(url)
        [method](path)
        .set('authorization', `Bearer ${await tokens(SERVICE_NAME)}`);
      return body === undefined ? request : request.set('content-type', 'application/json').send(JSON.stringify(body));
    },
    async stop() {
      await kit.lifecycle.shutdown('end of the test');
      await listener.lifecycle.shutdown('end of the test');
      await databaseServer.drop();
      await brokerServer.drop();
    },
  };
}
