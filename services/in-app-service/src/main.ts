import { fileURLToPath } from 'node:url';
import { runChannelWorker } from '@notify/channel-worker';
import { createLogger, openDatabase, readConfigOrExit, requireServiceToken, runService } from '@notify/service-kit';
import { readConfig } from './config.ts';
import { consumeErasures } from './erasure-consumer.ts';
import { inboxRoute } from './inbox-route.ts';
import { createInAppProviders } from './providers/index.ts';
import { createTellRead } from './read-receipts.ts';
import { readStateRoute } from './read-state-route.ts';

const NAME = 'in-app-service';
const config = readConfigOrExit(readConfig, process.env);
const logger = createLogger(NAME, config.LOG_LEVEL);

await runService(logger, async (lifecycle) => {
  const database = await openDatabase(
    {
      url: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      migrationsDir: fileURLToPath(new URL('../migrations', import.meta.url)),
    },
    logger,
    lifecycle,
  );
  await runChannelWorker({
    channel: 'in_app',
    name: NAME,
    config,
    providers: createInAppProviders(database, config.DATABASE_POOL_SIZE),
    logger,
    lifecycle,
    listenBesides: (broker) => consumeErasures(broker, database, logger),
    readiness: { postgres: () => database.query('SELECT 1') },
    routersOn: (broker) => [
      requireServiceToken(config.SERVICE_TOKEN_SECRET, NAME),
      inboxRoute(database),
      readStateRoute(database, createTellRead(broker)),
    ],
  });
});
