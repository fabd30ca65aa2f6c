import type { Server } from 'node:http';
import { createUnsubscribeLinks, openTemplateCatalogue, openUserDirectory } from '@notify/enrichment';
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
import { apiKeysRoute } from './api-keys-route.ts';
import { createAudit } from './audit.ts';
import { auditLogRoute } from './audit-log-route.ts';
import { createAuthenticate, createCheckKey } from './authenticate.ts';
import { createAuthenticateUser } from './authenticate-user.ts';
import { batchRoute } from './batch-route.ts';
import { createCheckUserToken } from './check-user-token.ts';
import type { GatewayConfig } from './config.ts';
import { countTheRest } from './count-the-rest.ts';
import { createCrossOrigin } from './cross-origin.ts';
import { docsRoute } from './docs-route.ts';
import { followRoute } from './follow-route.ts';
import { forwardRoute } from './forward-route.ts';
import { createGuard } from './guard.ts';
import { createIdempotencyStore } from './idempotency-store.ts';
import { createIdempotent } from './idempotent.ts';
import { createKeyUses } from './key-uses.ts';
import { watchLaneDepths } from './lane-depths.ts';
import { createAuthenticateSocket } from './live/authenticate-socket.ts';
import { endErasedUsers } from './live/end-erased-users.ts';
import { openLiveFeed } from './live/live-feed.ts';
import { openLiveSockets } from './live/live-sockets.ts';
import { createReplay } from './live/replay.ts';
import { isWebSocketRequest, passUpgradesTo, websocketRoute } from './live/websocket-route.ts';
import { managementOperations } from './management-operations.ts';
import { notificationTypesRoute } from './notification-types-route.ts';
import { notifyRoute } from './notify-route.ts';
import { operateRoute } from './operate-route.ts';
import { preferencePageRoute } from './preference-page/preference-page-route.ts';
import { createRateLimits, rateLimitPolicies } from './rate-limits.ts';
import { receiptsRoute } from './receipts/receipts-route.ts';
import { sendRoute } from './send-route.ts';
import { openSyncReplies } from './sync-replies.ts';
import { createUserTokens } from './user-tokens.ts';
import { userTokensRoute } from './user-tokens-route.ts';

const NAME = 'api-gateway';

/** Longer than a replay, counting, reading a whole inbox, or the test of a webhook takes at most. */
const PATIENT_TIMEOUT_MS = 35_000;

/** Opens everything and listens. @throws when a dependency is away at start. */
export async function startApiGateway(config: GatewayConfig, logger: Logger, lifecycle: Lifecycle): Promise<Server> {
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
  const patientTemplateService = clientOf('template-service', config.TEMPLATE_SERVICE_URL, PATIENT_TIMEOUT_MS);
  const statusService = clientOf('status-service', config.STATUS_SERVICE_URL);
  const patientStatusService = clientOf('status-service', config.STATUS_SERVICE_URL, PATIENT_TIMEOUT_MS);
  const inAppService = clientOf('in-app-service', config.IN_APP_SERVICE_URL);
  const webhookService = clientOf('webhook-service', config.WEBHOOK_SERVICE_URL);
  const webhookTests = clientOf('webhook-service', config.WEBHOOK_SERVICE_URL, PATIENT_TIMEOUT_MS);
  const patientInAppService = clientOf('in-app-service', config.IN_APP_SERVICE_URL, PATIENT_TIMEOUT_MS);

  const users = await openUserDirectory(userService, broker);
  const templates = await openTemplateCatalogue(templateService, broker);
  const summaries = createAcceptSummaries(redis, logger);
  const types = openNotificationTypes(config.NOTIFICATION_TYPES_PATH);
  const replies = await openSyncReplies(broker);
  const limits = createRateLimits(rateLimitPolicies(config), redis, logger);
  const uses = createKeyUses(database, logger, lifecycle);
  const checkKey = createCheckKey(database);
  const authenticate = createAuthenticate(checkKey, uses);
  const audit = createAudit(database, logger);
  const tokens = createUserTokens(config.SERVICE_TOKEN_SECRET, config.USER_TOKEN_LIFETIME_SECONDS);
  const checkToken = createCheckUserToken(tokens, users);
  // It only reads them: the workers make them.
  const links = createUnsubscribeLinks(config.SERVICE_TOKEN_SECRET, config.PUBLIC_URL ?? '');
  const guard = createGuard({ authenticate, limits, audit });
  const userGuard = createGuard({ authenticate: createAuthenticateUser(authenticate, checkToken), limits, audit });
  const authenticateSocket = createAuthenticateSocket({ checkKey, uses, checkToken });
  const socketGuard = createGuard({ authenticate: authenticateSocket, limits, audit });
  const sockets = openLiveSockets(config, {
    feed: await openLiveFeed(broker, { inAppService, logger }),
    replay: createReplay({ statusService, inAppService }),
    metrics,
    logger,
    lifecycle,
  });
  await endErasedUsers(broker, sockets);
  const idempotent = createIdempotent(createIdempotencyStore(redis), logger);
  const lanes = watchLaneDepths({ broker, limit: config.LANE_DEPTH_LIMIT, metrics, logger, lifecycle });
  const sending = { broker, summaries, users, templates, types, limits, lanes };
  const canSend = guard('notifications:write');
  const canRead = guard('notifications:read');

  const forwarding = {
    userService,
    templateService,
    patientTemplateService,
    inAppService,
    patientInAppService,
    webhookService,
    webhookTests,
  };

  const app = createHttpApp({
    logger,
    metrics,
    lifecycle,
    // What a request can do without does not decide: Redis and the other services have their own answers when away.
    readiness: {
      rabbitmq: () => {
        if (!broker.isReady) throw new Error('not connected');
      },
      postgres: () => database.query('SELECT 1'),
    },
    conveniences: { redis: () => redis.ping() },
    rawBodyRouters: [
      receiptsRoute(config, { broker, redis, logger, metrics }),
      preferencePageRoute({ links, userService, users, types, limits, logger }),
      batchRoute(canSend, idempotent, { ...sending, logger }),
    ],
    routers: [
      docsRoute(config.PUBLIC_URL),
      sendRoute(canSend, idempotent, sending),
      notifyRoute(canSend, idempotent, { broker, summaries, replies, limits, lanes }),
      operateRoute(canSend, idempotent, { statusService, inAppService, replays: patientStatusService, summaries }),
      followRoute(canRead, { statusService, summaries }),
      notificationTypesRoute(canRead, types),
      forwardRoute(managementOperations({ ...forwarding, users, templates }), {
        guard,
        userGuard,
        crossOrigin: createCrossOrigin(config.CORS_ORIGINS),
      }),
      userTokensRoute(guard('users:write'), { tokens, users }),
      apiKeysRoute(guard('admin'), database),
      auditLogRoute(guard('admin'), database),
      websocketRoute(socketGuard('notifications:read'), { sockets, origins: config.CORS_ORIGINS }),
      ...countTheRest(limits),
    ],
  });
  const server = await listen(app, config, lifecycle, { shouldUpgrade: isWebSocketRequest });
  passUpgradesTo(app, server);
  lifecycle.onShutdown('websockets', () => sockets.closeAll());
  logger.info('ready', { port: config.PORT });
  return server;
}
