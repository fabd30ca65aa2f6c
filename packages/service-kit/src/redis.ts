import type { Redis } from 'ioredis';
import type { Lifecycle } from './lifecycle.ts';
import type { Logger } from './logger.ts';

const CONNECT_TIMEOUT_MS = 3_000;
const COMMAND_TIMEOUT_MS = 2_000;
const SOCKET_TIMEOUT_MS = 5_000;
const RECONNECT_MAX_DELAY_MS = 1_000;

/**
 * A connection that fails fast: no command waits for a Redis that is away, since the caller has a better answer
 * (503, or a deferral). It reconnects by itself, for ever.
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
  redis.on('ready', () => {
    if (wasUp) logger.info('redis is back');
    wasUp = true;
  });
  redis.on('close', () => {
    if (wasUp && lifecycle.isRunning) logger.warn('redis connection lost');
  });
  // 'close' and failing commands already tell; without a listener ioredis would print it.
  redis.on('error', () => {});
  try {
    await redis.connect();
  } catch (error) {
    if (isRequired) throw error;
    logger.warn('redis is away; going on without it until it comes');
  }
  lifecycle.onShutdown('redis', () => redis.disconnect());
  return redis;
}
