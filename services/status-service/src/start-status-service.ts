import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createClosings } from '@notify/claims';
import { STATUS_FAILED_QUEUE, STATUS_QUEUE } from '@notify/contracts';
import { openBroker } from '@notify/messaging';
import {
  createHttpApp,
  createMetrics,
  type Lifecycle,
  type Logger,
  listen,
  openDatabase,
  openNotificationTypes,
  openRedis,
  requireServiceToken,
} from '@notify/service-kit';
import { startAlerts } from './alert-operators.ts';
import type { StatusConfig } from './config.ts';
import { startContentRetention } from './content-retention.ts';
import { createDeadLetterBatchHandler } from './dead-letter-consumer.ts';
import { deadLettersRoute } from './dead-letters-route.ts';
import { consumeErasures } from './erasure-consumer.ts';
import { createEventBatchHandler } from './event-consumer.ts';
import { framesSinceRoute } from './frames-since-route.ts';
import { startKeepingMonths } from './keep-months.ts';
import { notificationsRoute } from './notifications-route.ts';
import { operateRoute } from './operate-route.ts';
import { startReconcileLoop } from './reconcile-loop.ts';
import { startReminderLoop } from './reminder-loop.ts';
import { openReminders } from './reminders.ts';
import { createStats } from './stats.ts';
import { statsRoute } from './stats-route.ts';
import { createStatusMetrics } from './status-metrics.ts';

export const SERVICE_NAME = 'status-service';

/** Bodies may be large, and there is no hurry. */
const DEAD_LETTER_BATCH_SIZE = 50;
const DEAD_LETTER_BATCH_WAIT_MS = 50;

/** Opens everything, in the order in which it is needed, and starts to consume and to answer. */
export async function startStatusService(config: StatusConfig, logger: Logger, lifecycle: Lifecycle): Promise<Server> {
  const metrics = createMetrics(SERVICE_NAME);
  const database = await openDatabase(
    {
      url: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      migrationsDir: fileURLToPath(new URL('../migrations', import.meta.url)),
    },
    logger,
    lifecycle,
  );
  await startKeepingMonths(database, config.RECORD_RETENTION_MONTHS, logger, lifecycle);
  const reminders = await openReminders(database, logger, lifecycle);
  // Not required: without it nothing can be cancelled, what has arrived can't be closed, and everything else goes on.
  const redis = await openRedis(config.REDIS_URL, logger, lifecycle, { isRequired: false });
  const broker = await openBroker({ url: config.RABBITMQ_URL, name: SERVICE_NAME, logger, metrics, lifecycle });

  const context = {
    database,
    reminders,
    publisher: broker,
    closings: createClosings(redis),
    metrics: createStatusMetrics(metrics),
    logger,
  };
  await broker.consumeBatches({
    queue: STATUS_QUEUE,
    // One batch is being written while the next one arrives.
    prefetch: 2 * config.STATUS_BATCH_SIZE,
    maxBatchSize: config.STATUS_BATCH_SIZE,
    maxWaitMs: config.STATUS_BATCH_WAIT_MS,
    onBatch: createEventBatchHandler(context),
  });
  await broker.consumeBatches({
    queue: STATUS_FAILED_QUEUE,
    prefetch: DEAD_LETTER_BATCH_SIZE,
    maxBatchSize: DEAD_LETTER_BATCH_SIZE,
    maxWaitMs: DEAD_LETTER_BATCH_WAIT_MS,
    onBatch: createDeadLetterBatchHandler(context),
  });

  await consumeErasures(broker, context);

  startContentRetention({ database, types: openNotificationTypes(config.NOTIFICATION_TYPES_PATH), logger, lifecycle });
  startReminderLoop(context, lifecycle);
  startReconcileLoop({ ...context, broker, reconcileAfterMs: config.RECONCILE_AFTER_SECONDS * 1_000 }, lifecycle);
  startAlerts({ config, database, publisher: broker, metrics, logger, lifecycle });

  const app = createHttpApp({
    logger,
    metrics,
    lifecycle,
    readiness: {
      postgres: () => database.query('SELECT 1'),
      rabbitmq: () => {
        if (!broker.isReady) throw new Error('not connected');
      },
    },
    routers: [
      requireServiceToken(config.SERVICE_TOKEN_SECRET, SERVICE_NAME),
      notificationsRoute(database),
      operateRoute(context),
      framesSinceRoute(database, broker),
      deadLettersRoute(database),
      statsRoute(createStats(database, broker)),
    ],
  });
  const server = await listen(app, config, lifecycle);
  logger.info('listening', { port: config.PORT });
  return server;
}
