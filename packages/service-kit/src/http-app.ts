import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import { answerClientError } from './answer-client-error.ts';
import type { HttpConfig } from './config.ts';
import { withContext } from './context.ts';
import { jsonBody } from './json-body.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Logger } from './logger.ts';
import { durationHistogram, type Metrics } from './metrics.ts';
import { notFoundHandler, problemHandler } from './problem.ts';

/** Resolves when the dependency can be used now; rejects or throws when it can't. */
export type ReadinessCheck = () => Promise<unknown> | unknown;

export interface HttpAppOptions {
  logger: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
  /** By the dependency's name, as `/health/ready` shows it. */
  readiness: Record<string, ReadinessCheck>;
  /** Shown beside them, but the service is ready without: it has its own answers for what needs them. Default: none. */
  conveniences?: Record<string, ReadinessCheck>;
  /** Mounted before the parser of JSON bodies: they read their bodies themselves, or have none. Default: none. */
  rawBodyRouters?: Router[];
  /** Mounted in order, before the 404 and before errors are answered. */
  routers: (Router | RequestHandler | ErrorRequestHandler)[];
  /** Default `256kb`. */
  bodyLimit?: string;
}

const READINESS_TIMEOUT_MS = 2_000;
const SWEEP_INTERVAL_MS = 100;
/** A request in hand when the service stops may take this long; a synchronous notification goes on without its answer. */
const HTTP_DRAIN_DEADLINE_MS = 10_000;
/** A connection that never gets to its first request is not among those that a stopping server can cut. */
const TLS_HANDSHAKE_TIMEOUT_MS = 10_000;

/** How long a server waits for a slow client before it cuts the connection, in milliseconds. */
export interface HttpPatience {
  /** Between two requests. */
  idleMs: number;
  /** From the first byte of a request to the end of its headers. */
  headersMs: number;
  /** From its first byte to the end of its body. */
  requestMs: number;
  /** How often it looks who is late. */
  lookEveryMs: number;
}
/** Idle above the usual 60 s of load balancers, else they reuse a connection that we are closing. */
const PATIENCE: HttpPatience = { idleMs: 65_000, headersMs: 20_000, requestMs: 60_000, lookEveryMs: 5_000 };

const CORRELATION_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,128}$/;
/** https://www.w3.org/TR/trace-context/#traceparent-header; anything else is as good as none. */
const TRACEPARENT_PATTERN = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The beginning of a trace that nobody records (flags 00) unless whoever reads it wants to. */
function newTraceparent(): string {
  const ids = randomBytes(24).toString('hex');
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-00`;
}

function correlation(): RequestHandler {
  return (request, response, next) => {
    const given = request.get('x-correlation-id');
    const correlationId = given !== undefined && CORRELATION_ID_PATTERN.test(given) ? given : randomUUID();
    response.set('X-Correlation-ID', correlationId);
    const parent = request.get('traceparent');
    const traceparent = parent !== undefined && TRACEPARENT_PATTERN.test(parent) ? parent : newTraceparent();
    response.set('traceparent', traceparent);
    withContext({ correlationId, traceparent }, next);
  };
}

function timing(metrics: Metrics): RequestHandler {
  const durations = durationHistogram(metrics, 'http_request_duration_seconds', 'Time to answer a request', [
    'method',
    'route',
    'status',
  ]);
  return (request, response, next) => {
    const startedAt = performance.now();
    response.on('finish', () => {
      // The pattern, never the path: an id in a label would make a time series per notification.
      const route = request.route?.path === undefined ? 'none' : `${request.baseUrl}${request.route.path}`;
      durations.observe(
        { method: request.method, route, status: String(response.statusCode) },
        (performance.now() - startedAt) / 1000,
      );
    });
    next();
  };
}

async function checkOne(check: ReadinessCheck): Promise<'up' | 'down'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timeout')), READINESS_TIMEOUT_MS);
  });
  try {
    await Promise.race([(async () => check())(), late]);
    return 'up';
  } catch {
    return 'down';
  } finally {
    clearTimeout(timer);
  }
}

function health({ readiness, conveniences = {}, lifecycle, metrics }: HttpAppOptions): Router {
  const router = express.Router();
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'ok' });
  });
  router.get('/health/ready', async (_request, response) => {
    const checks = Object.entries({ ...readiness, ...conveniences });
    const states = new Map(
      await Promise.all(checks.map(async ([name, check]) => [name, await checkOne(check)] as const)),
    );
    const isReady = lifecycle.isRunning && Object.keys(readiness).every((name) => states.get(name) === 'up');
    response.status(isReady ? 200 : 503).json({
      status: isReady ? 'ready' : lifecycle.isRunning ? 'not_ready' : 'stopping',
      dependencies: Object.fromEntries(states),
    });
  });
  router.get('/metrics', async (_request, response) => {
    response.type(metrics.contentType).send(await metrics.metrics());
  });
  return router;
}

/** An express app with what every service has: correlation ids, health, metrics, JSON bodies, problem+json errors. */
export function createHttpApp(options: HttpAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Simple: nested query objects are never wanted, and would open prototype pollution.
  app.set('query parser', 'simple');
  app.use(correlation(), helmet(), health(options), timing(options.metrics));
  for (const router of options.rawBodyRouters ?? []) app.use(router);
  app.use(...jsonBody(options.bodyLimit ?? '256kb'));
  for (const router of options.routers) app.use(router);
  app.use(notFoundHandler);
  app.use(problemHandler(options.logger));
  return app;
}

/** From a service that stops, whoever asks again does so on a new connection, which goes elsewhere. @returns what says so on answers in hand. */
function sayWhenStopping(server: Server, lifecycle: Lifecycle): () => void {
  const inHand = new Set<ServerResponse>();
  const sayClose = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('Connection', 'close');
  };
  // Before the app, which may answer at once.
  server.prependListener('request', (_request, response) => {
    inHand.add(response);
    response.on('close', () => inHand.delete(response));
    if (!lifecycle.isRunning) sayClose(response);
  });
  return () => inHand.forEach(sayClose);
}

/**
 * Listens, with HTTPS alone when the settings hold a certificate, and on shutdown stops taking connections and finishes the
 * requests in hand.
 * @param options.shouldUpgrade which requests become something else than HTTP, through the server's event `upgrade`. By default none: they
 *   are answered as if they had not asked.
 * @throws when the port can't be had; the service then fails to start.
 */
export async function listen(
  app: Express,
  config: Pick<HttpConfig, 'HOST' | 'PORT' | 'HTTPS_CERT' | 'HTTPS_KEY'>,
  lifecycle: Lifecycle,
  options: { patience?: HttpPatience; shouldUpgrade?(request: IncomingMessage): boolean } = {},
): Promise<Server> {
  const { patience = PATIENCE, shouldUpgrade = () => false } = options;
  const { idleMs, headersMs, requestMs, lookEveryMs } = patience;
  const settings = {
    keepAliveTimeout: idleMs,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: lookEveryMs,
    shouldUpgradeCallback: shouldUpgrade,
  };
  const server =
    config.HTTPS_CERT === undefined
      ? createHttpServer(settings, app)
      : createHttpsServer(
          { ...settings, cert: config.HTTPS_CERT, key: config.HTTPS_KEY, handshakeTimeout: TLS_HANDSHAKE_TIMEOUT_MS },
          app,
        );
  const sayClosing = sayWhenStopping(server, lifecycle);
  server.on('clientError', answerClientError);
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1); node alone would answer 417, in no form of ours.
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.listen(config.PORT, config.HOST);
  // Rejects with what the server says instead of listening.
  await once(server, 'listening');
  lifecycle.onShutdown('http server', async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    // A keep-alive connection is idle only between two requests: look again and again, and cut what stays.
    sayClosing();
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
    const cut = setTimeout(() => server.closeAllConnections(), HTTP_DRAIN_DEADLINE_MS);
    server.closeIdleConnections();
    await closed;
    clearInterval(sweep);
    clearTimeout(cut);
  });
  return server;
}
