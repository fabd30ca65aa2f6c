import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { openBroker } from '@notify/messaging';
import {
  createHttpApp,
  createMetrics,
  type DataServiceConfig,
  type Lifecycle,
  type Logger,
  listen,
  openDatabase,
  requireServiceToken,
} from '@notify/service-kit';
import { draftsRoute } from './drafts-route.ts';
import { loadStarterTemplates } from './load-starter-templates.ts';
import { previewRoute } from './preview-route.ts';
import { createTemplateChangedAnnouncer } from './template-changed.ts';
import { templatesRoute } from './templates-route.ts';
import { versionsRoute } from './versions-route.ts';

export const SERVICE_NAME = 'template-service';

const STARTER_TEMPLATES_DIR = fileURLToPath(new URL('../starter-templates', import.meta.url));

/** Opens everything, in the order in which it is needed, and starts to answer. */
export async function startTemplateService(
  config: DataServiceConfig,
  logger: Logger,
  lifecycle: Lifecycle,
): Promise<Server> {
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
  await loadStarterTemplates(database, STARTER_TEMPLATES_DIR, logger);
  const broker = await openBroker({ url: config.RABBITMQ_URL, name: SERVICE_NAME, logger, metrics, lifecycle });
  const announceTemplateChanged = createTemplateChangedAnnouncer(broker, logger);

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
      templatesRoute(database, announceTemplateChanged),
      draftsRoute(database),
      previewRoute(database),
      versionsRoute(database, announceTemplateChanged),
    ],
  });
  const server = await listen(app, config, lifecycle);
  logger.info('listening', { port: config.PORT });
  return server;
}
