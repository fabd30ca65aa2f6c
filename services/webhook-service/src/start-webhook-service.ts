import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { WEBHOOKS_QUEUE } from '@notify/contracts';
import { openBroker } from '@notify/messaging';
import {
  createHttpApp,
  createMetrics,
  type Lifecycle,
  type Logger,
  listen,
  openDatabase,
  requireServiceToken,
} from '@notify/service-kit';
import { addressRule } from './address-rules.ts';
import { startBindingLoop } from './binding-loop.ts';
import type { WebhookConfig } from './config.ts';
import { deliveriesRoute } from './deliveries-route.ts';
import { startDispatcher } from './dispatcher.ts';
import { createEventBatchHandler } from './event-consumer.ts';
import { startRetention } from './retention.ts';
import { createSealedSecrets } from './sealed-secrets.ts';
import { createWebhookMetrics } from './webhook-metrics.ts';
import { createWebhookPoster } from './webhook-poster.ts';
import { webhooksRoute } from './webhooks-route.ts';

export const SERVICE_NAME = 'webhook-service';

const EVENT_BATCH_SIZE = 200;
const EVENT_BATCH_WAIT_MS = 20;
/** On top of a request's timeout, for what is written afterwards. */
const LEASE_RESERVE_SECONDS = 30;

/** Opens everything, in the order in which it is needed, and starts to consume, to deliver and to answer. */
export async function startWebhookService(
  config: WebhookConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<Server> {
  const registry = createMetrics(SERVICE_NAME);
  const database = await openDatabase(
    {
      url: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      migrationsDir: fileURLToPath(new URL('../migrations', import.meta.url)),
    },
    logger,
    lifecycle,
  );
  const secrets = createSealedSecrets(config.WEBHOOK_ENCRYPTION_KEY);
  const isAddressAllowed = addressRule(config.WEBHOOK_ALLOW_PRIVATE);
  const metrics = createWebhookMetrics(registry);

  const leaseSeconds = config.WEBHOOK_TIMEOUT_MS / 1_000 + LEASE_RESERVE_SECONDS;

  const context = startDispatcher(
    {
      database,
      secrets,
      post: createWebhookPoster({ isAddressAllowed, timeoutMs: config.WEBHOOK_TIMEOUT_MS }),
      retryDelaysSeconds: config.WEBHOOK_RETRY_SECONDS,
      disableAfterHours: config.WEBHOOK_DISABLE_AFTER_HOURS,
      metrics,
      logger,
    },
    { concurrency: config.WEBHOOK_CONCURRENCY, leaseSeconds },
    lifecycle,
  );
  startRetention({ database, logger, retentionDays: config.WEBHOOK_LOG_RETENTION_DAYS }, lifecycle);

  const broker = await openBroker({
    url: config.RABBITMQ_URL,
    name: SERVICE_NAME,
    logger,
    metrics: registry,
    lifecycle,
  });
  await broker.consumeBatches({
    queue: WEBHOOKS_QUEUE,
    // One batch is being written while the next one arrives.
    prefetch: 2 * EVENT_BATCH_SIZE,
    maxBatchSize: EVENT_BATCH_SIZE,
    maxWaitMs: EVENT_BATCH_WAIT_MS,
    onBatch: createEventBatchHandler(context),
    onReopen: startBindingLoop({ database, broker, logger }, lifecycle),
  });

  const targets = { isHttpAllowed: config.WEBHOOK_ALLOW_PRIVATE, isAddressAllowed };
  const app = createHttpApp({
    logger,
    metrics: registry,
    lifecycle,
    readiness: {
      postgres: () => database.query('SELECT 1'),
      rabbitmq: () => {
        if (!broker.isReady) throw new Error('not connected');
      },
    },
    routers: [
      requireServiceToken(config.SERVICE_TOKEN_SECRET, SERVICE_NAME),
      webhooksRoute({ ...context, broker, targets }),
      deliveriesRoute(context, leaseSeconds),
    ],
  });
  const server = await listen(app, config, lifecycle);
  logger.info('listening', { port: config.PORT });
  return server;
}
