import { createAddressDigest, createClaims } from '@notify/claims';
import { type Channel, laneQueue, PRIORITIES, SYNC_TRY_TIMEOUT_MS } from '@notify/contracts';
import { createUnsubscribeLinks, openTemplateCatalogue, openUserDirectory } from '@notify/enrichment';
import { type Broker, type Consumer, openBroker } from '@notify/messaging';
import {
  createHttpApp,
  createMetrics,
  createServiceClient,
  createServiceTokens,
  type Lifecycle,
  type Logger,
  listen,
  openNotificationTypes,
  openRedis,
  type ReadinessCheck,
} from '@notify/service-kit';
import type { RequestHandler, Router } from 'express';
import type { ChannelWorkerConfig } from './config.ts';
import { createDeliver } from './deliver.ts';
import { guardProvider } from './guarded-provider.ts';
import type { Provider } from './provider.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

export interface ChannelWorkerOptions {
  channel: Channel;
  /** The service's name. */
  name: string;
  config: ChannelWorkerConfig;
  /** In the order of preference. A device is sent to by its own provider, whatever the order. */
  providers: Provider[];
  logger: Logger;
  lifecycle: Lifecycle;
  /** What the service serves besides health and metrics. */
  routersOn?(broker: Broker): (Router | RequestHandler)[];
  /** Consumes what the service listens to besides its lanes. */
  listenBesides?(broker: Broker): Promise<void>;
  /** Further dependencies of the service. */
  readiness?: Record<string, ReadinessCheck>;
}

/** Everything that the channel services share: connections, caches, the lanes' consumers, health. A channel is its providers. */
export async function runChannelWorker(options: ChannelWorkerOptions): Promise<void> {
  const { channel, name, config, providers, logger, lifecycle } = options;
  if (providers.length === 0) throw new Error(`${name} has no provider: name at least one`);
  const metrics = createMetrics(name);
  lifecycle.onShutdown('providers', async () => {
    for (const each of providers) await each.close?.();
  });

  const redis = await openRedis(config.REDIS_URL, logger, lifecycle);
  const broker = await openBroker({ url: config.RABBITMQ_URL, name, logger, metrics, lifecycle });
  const token = createServiceTokens(config.SERVICE_TOKEN_SECRET, name);
  const userService = createServiceClient({
    service: 'user-service',
    baseUrl: config.USER_SERVICE_URL,
    token,
    logger,
  });
  const templateService = createServiceClient({
    service: 'template-service',
    baseUrl: config.TEMPLATE_SERVICE_URL,
    token,
    logger,
  });

  const workerMetrics = createWorkerMetrics(metrics, channel);
  const deliver = createDeliver({
    channel,
    providers: providers.map((provider) => guardProvider(provider, { logger, metrics: workerMetrics })),
    claims: createClaims(redis, createAddressDigest(config.SERVICE_TOKEN_SECRET)),
    types: openNotificationTypes(config.NOTIFICATION_TYPES_PATH),
    userCap: { perWindow: config.USER_CAP, windowMs: config.USER_CAP_WINDOW_SECONDS * 1000 },
    enrichment: {
      users: await openUserDirectory(userService, broker),
      templates: await openTemplateCatalogue(templateService, broker),
      links: createUnsubscribeLinks(config.SERVICE_TOKEN_SECRET, config.PUBLIC_URL),
    },
    broker,
    logger,
    metrics: workerMetrics,
    callTimeoutMs: config.PROVIDER_TIMEOUT_MS,
    syncCallTimeoutMs: SYNC_TRY_TIMEOUT_MS,
  });

  const consumers: Consumer[] = [];
  // Each lane has its own consumer; in_app has one lane for all.
  for (const queue of new Set(PRIORITIES.map((priority) => laneQueue(channel, priority)))) {
    consumers.push(await broker.consume({ queue, prefetch: config.PREFETCH, onMessage: deliver }));
  }
  await options.listenBesides?.(broker);
  // Without Redis there are no claims, and without claims a redelivery could send twice: stop taking work.
  redis.on('close', () => {
    for (const consumer of consumers) void consumer.pause();
  });
  redis.on('ready', () => {
    for (const consumer of consumers) void consumer.resume();
  });

  const app = createHttpApp({
    logger,
    metrics,
    lifecycle,
    readiness: {
      rabbitmq: () => {
        if (!broker.isReady) throw new Error('not connected');
      },
      redis: () => redis.ping(),
      ...options.readiness,
    },
    routers: options.routersOn?.(broker) ?? [],
  });
  await listen(app, config, lifecycle);
  // The first thing at a stop: take no more work.
  lifecycle.onShutdown('lanes', async () => {
    await Promise.all(consumers.map((consumer) => consumer.pause()));
  });
  logger.info('ready', { port: config.PORT, lanes: consumers.length, providers: providers.map(({ name }) => name) });
}
