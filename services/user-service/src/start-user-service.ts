import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createAddressDigest } from '@notify/claims';
import { USER_EVENTS_QUEUE } from '@notify/contracts';
import { openBroker } from '@notify/messaging';
import {
  createHttpApp,
  createMetrics,
  type Lifecycle,
  type Logger,
  listen,
  openDatabase,
  openRedis,
  requireServiceToken,
} from '@notify/service-kit';
import type { UserConfig } from './config.ts';
import { devicesRoute } from './devices-route.ts';
import { preferencesRoute } from './preferences-route.ts';
import { profileRoute } from './profile-route.ts';
import { createRejectedRecipientHandler } from './rejected-recipient-consumer.ts';
import { createSuppressedCopy } from './suppressed-copy.ts';
import { suppressionsRoute } from './suppressions-route.ts';
import { startTellingErasures } from './tell-erasures.ts';
import { createUserChangedAnnouncer } from './user-changed.ts';
import { usersRoute } from './users-route.ts';

export const SERVICE_NAME = 'user-service';

const REJECTED_BATCH_SIZE = 100;
const REJECTED_BATCH_WAIT_MS = 50;

/** Opens everything, in the order in which it is needed, and starts to consume and to answer. */
export async function startUserService(config: UserConfig, logger: Logger, lifecycle: Lifecycle): Promise<Server> {
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
  const broker = await openBroker({ url: config.RABBITMQ_URL, name: SERVICE_NAME, logger, metrics, lifecycle });
  const announceUserChanged = createUserChangedAnnouncer(broker, logger);
  const redis = await openRedis(config.REDIS_URL, logger, lifecycle, { isRequired: false });
  const digestOf = createAddressDigest(config.SERVICE_TOKEN_SECRET);
  const suppressedCopy = createSuppressedCopy({ database, redis, digestOf, logger, lifecycle });

  // In batches, because a batch that fails is tried again for as long as the database is away.
  await broker.consumeBatches({
    queue: USER_EVENTS_QUEUE,
    prefetch: REJECTED_BATCH_SIZE,
    maxBatchSize: REJECTED_BATCH_SIZE,
    maxWaitMs: REJECTED_BATCH_WAIT_MS,
    onBatch: createRejectedRecipientHandler({
      database,
      copy: suppressedCopy,
      publisher: broker,
      announceUserChanged,
      logger,
    }),
  });

  const tellErasures = startTellingErasures({ database, publisher: broker, logger, lifecycle });

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
      usersRoute(database, announceUserChanged, { copyDigestOf: digestOf, tell: tellErasures }),
      devicesRoute(database, announceUserChanged),
      preferencesRoute(database, announceUserChanged),
      profileRoute(database),
      suppressionsRoute(database, suppressedCopy),
    ],
  });
  const server = await listen(app, config, lifecycle);
  logger.info('listening', { port: config.PORT });
  return server;
}
