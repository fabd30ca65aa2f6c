import { openTemplateCatalogue, openUserDirectory } from '@notify/enrichment';
import { openBroker } from '@notify/messaging';
import {
  createHttpApp,
  createMetrics,
  createServiceClient,
  createServiceTokens,
  type Lifecycle,
  type Logger,
  listen,
  openDatabase,
  openNotificationTypes,
  openRedis,
} from '@notify/service-kit';
import { createAcceptSummaries } from './accept-summary.ts';
import { storeBootstrapKey } from './api-key-store.ts';
import { createAuthenticator } from './authenticate.ts';
import type { GatewayConfig } from './config.ts';
import { docsRoute } from './docs-route.ts';
import { followRoute } from './follow-route.ts';
import { forwardRoute } from './forward-route.ts';
import { managementOperations } from './management-operations.ts';
import { notificationTypesRoute } from './notification-types-route.ts';
import { notifyRoute } from './notify-route.ts';
import { operateRoute } from './operate-route.ts';
import { receiptsRoute } from './receipts/receipts-route.ts';
import { sendRoute } from './send-route.ts';
import { openSyncReplies } from './sync-replies.ts';

const NAME = 'api-gateway';

/** Longer than a replay takes at most. */
const REPLAY_TIMEOUT_MS = 30_000;

/** Opens everything and listens. @throws when a dependency is away at start. */
export async function startApiGateway(config: GatewayConfig, logger: Logger, lifecycle: Lifecycle): Promise<void> {
  const metrics = createMetrics(NAME);
  const database = await openDatabase(
    {
      url: config.DATABASE_URL,
      poolSize: config.DATABASE_POOL_SIZE,
      migrationsDir: new URL('../migrations', import.meta.url).pathname,
    },
    logger,
    lifecycle,
  );
  await storeBootstrapKey(database, config.API_KEY);
  const redis = await openRedis(config.REDIS_URL, logger, lifecycle, { isRequired: false });
  const broker = await openBroker({ url: config.RABBITMQ_URL, name: NAME, logger, metrics, lifecycle });

  const token = createServiceTokens(config.SERVICE_TOKEN_SECRET, NAME);
  const clientOf = (service: string, baseUrl: string, timeoutMs?: number) =>
    createServiceClient({ service, baseUrl, token, logger, timeoutMs });
  const userService = clientOf('user-service', config.USER_SERVICE_URL);
  const templateService = clientOf('template-service', config.TEMPLATE_SERVICE_URL);
  const statusService = clientOf('status-service', config.STATUS_SERVICE_URL);
  const replays = clientOf('status-service', config.STATUS_SERVICE_URL, REPLAY_TIMEOUT_MS);
  const inAppService = clientOf('in-app-service', config.IN_APP_SERVICE_URL);

  const users = await openUserDirectory(userService, broker);
  const templates = await openTemplateCatalogue(templateService, broker);
  const summaries = createAcceptSummaries(redis, logger);
  const types = openNotificationTypes(config.NOTIFICATION_TYPES_PATH);
  const replies = await openSyncReplies(broker);
  const authenticate = createAuthenticator(database);
  const canSend = authenticate('notifications:write');
  const canRead = authenticate('notifications:read');

  const app = createHttpApp({
    logger,
    metrics,
    lifecycle,
    // What a request can do without is not here: Redis and the other services have their own answers when away.
    readiness: {
      rabbitmq: () => {
        if (!broker.isReady) throw new Error('not connected');
      },
      postgres: () => database.query('SELECT 1'),
    },
    rawBodyRouters: [receiptsRoute(config, { broker, redis, logger, metrics })],
    routers: [
      docsRoute(config.PUBLIC_URL),
      sendRoute(canSend, { broker, summaries, users, templates, types }),
      notifyRoute(canSend, { broker, summaries, replies }),
      operateRoute(canSend, { statusService, replays, summaries }),
      followRoute(canRead, { statusService, summaries }),
      notificationTypesRoute(canRead, types),
      forwardRoute(
        managementOperations({ userService, templateService, inAppService, users, templates }),
        authenticate,
      ),
    ],
  });
  await listen(app, config, lifecycle);
  logger.info('ready', { port: config.PORT });
}
