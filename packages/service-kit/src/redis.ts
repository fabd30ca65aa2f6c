import { isIP } from 'node:net';
import type { Redis } from 'ioredis';
import { dependencyError } from './dependency-error.ts';
import type { Lifecycle } from './lifecycle.ts';
import { errorFields, type Logger } from './logger.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 2_000;
const SOCKET_TIMEOUT_MS = 5_000;
const RECONNECT_MAX_DELAY_MS = 1_000;

/** ioredis checks the certificate against the host, but does not tell the server (SNI) which host is meant. */
function tlsOptions(url: string): { tls?: { servername: string } } {
  const { protocol, hostname } = new URL(url);
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
  return protocol === 'rediss:' && !isAddress ? { tls: { servername: hostname } } : {};
}

/**
 * A connection that fails fast: no command waits for a Redis that is away, since the caller has a better answer
 * (503, or a deferral). It reconnects by itself, for ever.
 * @param url `redis:`, or `rediss:` with a certificate that names the host.
 * @param isRequired default true: the service fails to start when Redis is away. False: it goes on and connects later.
 */
export async function openRedis(
  url: string,
  logger: Logger,
  lifecycle: Lifecycle,
  { isRequired = true }: { isRequired?: boolean } = {},
): Promise<Redis> {
  // Loaded only by the services that use it: the others are smaller for it.
  const { Redis: Client } = await import('ioredis');
  const redis = new Client(url, {
    ...tlsOptions(url),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    // A Redis that no longer answers is as good as gone: close, so that whoever waits for it notices.
    socketTimeout: SOCKET_TIMEOUT_MS,
    // Commands of one turn of the event loop travel together.
    enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(50 * 2 ** times, RECONNECT_MAX_DELAY_MS),
  });
  let wasUp = false;
  let reason: Error | undefined;
  redis.on('ready', () => {
    if (wasUp) logger.info('redis is back');
    wasUp = true;
    reason = undefined;
  });
  redis.on('close', () => {
    if (wasUp && reason === undefined && lifecycle.isRunning) logger.warn('redis connection lost');
  });
  // Every try tells why it failed, until one succeeds; the log wants each reason once.
  redis.on('error', (error: Error) => {
    if (wasUp && error.message !== reason?.message) logger.warn('redis can not be reached', errorFields(error));
    reason = error;
  });
  try {
    await redis.connect();
  } catch (closed) {
    // What connect() throws says only that the connection is closed.
    const error = dependencyError('Redis', url, reason ?? closed);
    if (isRequired) {
      redis.disconnect();
      throw error;
    }
    logger.warn('redis is away; going on without it until it comes', errorFields(error));
  }
  lifecycle.onShutdown('redis', () => redis.disconnect());
  return redis;
}
