import type { AddressInfo } from 'node:net';
import { type Claims, createAddressDigest, createClaims } from '@notify/claims';
import {
  EVENTS_EXCHANGE,
  type NotificationEventJson,
  notificationEventRoutingKey,
  type ReceiptJson,
  receiptRoutingKey,
} from '@notify/contracts';
import { openRedis } from '@notify/service-kit';
import { createTestKit, openServiceBed, rabbitmqApi, type ServiceBed, testRedisUrl } from '@notify/testing';
import pg from 'pg';
import { readConfig } from '../src/config.ts';
import { SERVICE_NAME, startStatusService } from '../src/start-status-service.ts';

export interface Answer<T> {
  status: number;
  body: T;
}

/** The real service with its servers; `start` may be called again for a second instance on the same queue and database. */
export interface TestBed extends ServiceBed {
  database: pg.Pool;
  start(env?: NodeJS.ProcessEnv): Promise<{
    get<T>(path: string, token?: string): Promise<Answer<T>>;
    post<T>(path: string, body?: unknown): Promise<Answer<T>>;
    metrics(): Promise<string>;
    stop(): Promise<void>;
  }>;
  publishEvents(events: readonly NotificationEventJson[]): Promise<void>;
  publishReceipts(receipts: readonly ReceiptJson[]): Promise<void>;
  /** With which a worker claims. */
  openClaims(): Promise<Claims<{ said: string }>>;
  /** Throws away what waits in a queue. */
  purge(queue: string): Promise<void>;
}

export async function openTestBed(): Promise<TestBed> {
  const bed = await openServiceBed();
  const database = new pg.Pool({ connectionString: bed.databaseUrl, max: 2, application_name: 'test' });
  database.on('error', () => {});
  database.on('connect', (client) => client.on('error', () => {}));
  const stops: (() => Promise<void>)[] = [];

  return {
    ...bed,
    database,
    async start(env = {}) {
      const kit = createTestKit(SERVICE_NAME);
      const config = readConfig({ ...bed.env, REDIS_URL: testRedisUrl(), ...env });
      const server = await startStatusService(config, kit.logger, kit.lifecycle);
      const stop = () => kit.lifecycle.shutdown('end of the test');
      stops.push(stop);
      const { port } = server.address() as AddressInfo;
      return {
        stop,
        async get<T>(path: string, token?: string) {
          const authorization = `Bearer ${token ?? (await bed.tokenFor(SERVICE_NAME))}`;
          const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
          return { status: response.status, body: (await response.json()) as T };
        },
        async post<T>(path: string, body?: unknown) {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, {
            method: 'POST',
            headers: {
              authorization: `Bearer ${await bed.tokenFor(SERVICE_NAME)}`,
              'content-type': 'application/json',
            },
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
            bed.broker.publish({
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
          bed.broker.publish({
            exchange: EVENTS_EXCHANGE,
            routingKey: receiptRoutingKey(receipt.channel),
            messageId: receipt.event_id,
            body: receipt,
          }),
        ),
      );
    },
    async openClaims() {
      const redis = await openRedis(testRedisUrl(), bed.kit.logger, bed.kit.lifecycle);
      return createClaims(redis, createAddressDigest('no address is asked about here'));
    },
    async purge(queue) {
      await rabbitmqApi('DELETE', `/queues/${bed.vhost}/${queue}/contents`);
    },
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await database.end();
      await bed.close();
    },
  };
}
