import type { AddressInfo } from 'node:net';
import { STATUS_QUEUE } from '@notify/contracts';
import type { Delivery } from '@notify/messaging';
import { openRedis } from '@notify/service-kit';
import {
  createTestKit,
  openServiceBed,
  openTcpDoor,
  type ServiceBed,
  type TcpDoor,
  testRedisUrl,
} from '@notify/testing';
import type { Redis } from 'ioredis';
import { readConfig } from '../src/config.ts';
import { startApiGateway } from '../src/start-api-gateway.ts';

export const API_KEY = `nk_test_gatewaybed_${'s'.repeat(43)}`;

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into any answer
  body: any;
}

/** One instance. */
export interface Gateway {
  url: string;
  /** With the API key, unless `headers` say otherwise. A string body is sent as it is. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  isReady(): Promise<boolean>;
  metrics(): Promise<string>;
  /** As on SIGTERM. */
  stop(): Promise<void>;
}

/** Two instances of the real gateway on the same servers, and nothing behind them: what they accept stays in its lane. */
export interface GatewayBed extends Pick<ServiceBed, 'vhost' | 'broker'> {
  instances: readonly [Gateway, Gateway];
  /** Their way to the servers; the test's own connections take another. */
  doors: { redis: TcpDoor; rabbitmq: TcpDoor };
  redis: Redis;
  /** Takes all that comes to a queue from now on; that of the record by default. */
  collect(queue?: string): Promise<Delivery[]>;
  close(): Promise<void>;
}

/** @param env settings of the gateway, besides the addresses of its servers. */
export async function openGatewayBed(env: NodeJS.ProcessEnv = {}): Promise<GatewayBed> {
  const bed = await openServiceBed();
  const doors = { redis: await openTcpDoor(testRedisUrl()), rabbitmq: await openTcpDoor(bed.brokerUrl) };
  const redis = await openRedis(testRedisUrl(), bed.kit.logger, bed.kit.lifecycle);
  const stops: (() => Promise<void>)[] = [];

  async function start(): Promise<Gateway> {
    const kit = createTestKit('api-gateway');
    const config = readConfig({
      ...bed.env,
      RABBITMQ_URL: doors.rabbitmq.url,
      REDIS_URL: doors.redis.url,
      API_KEY,
      ...env,
    });
    const server = await startApiGateway(config, kit.logger, kit.lifecycle);
    const stop = () => kit.lifecycle.shutdown('end of the test');
    stops.push(stop);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url,
      stop,
      async ask(method, path, body, headers = {}) {
        const response = await fetch(`${url}${path}`, {
          method,
          headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json', ...headers },
          body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
        });
        const isJson = response.headers.get('content-type')?.includes('json');
        const answer = isJson ? await response.json() : await response.text();
        return { status: response.status, headers: response.headers, body: answer };
      },
      isReady: async () => (await fetch(`${url}/health/ready`)).ok,
      metrics: async () => (await fetch(`${url}/metrics`)).text(),
    };
  }

  const instances = [await start(), await start()] as const;
  return {
    instances,
    doors,
    vhost: bed.vhost,
    broker: bed.broker,
    redis,
    collect: (queue = STATUS_QUEUE) => bed.collect(queue),
    async close() {
      await Promise.all(stops.map((stop) => stop()));
      await Promise.all([doors.redis.shut(), doors.rabbitmq.shut()]);
      await bed.close();
    },
  };
}
