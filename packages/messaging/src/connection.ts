import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { dependencyError, errorFields, type Logger } from '@notify/service-kit';
import { type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import { writeTogether } from './write-together.ts';

const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const RECOVERY = { initialDelay: 100, maxDelay: 2_000, factor: 2, jitter: 0.2, maxRetries: Number.POSITIVE_INFINITY };

export interface ConnectionOptions {
  /** `amqp://user:password@host:port/vhost`, or `amqps:` with a certificate that names the host. */
  url: string;
  /** As the management page shows it. */
  name: string;
  logger: Logger;
  /** Opens what this connection needs; runs again after every reconnect. A throw counts as a failed connect. */
  setup(connection: ChannelModel): Promise<void>;
  onDisconnect(): void;
}

/** amqplib has no other way to it. */
function socketOf({ connection }: ChannelModel): Writable {
  return (connection as unknown as { stream: Writable }).stream;
}

/**
 * A connection that comes back by itself, for ever, once it has been up.
 * @throws when the first connect fails; the service then fails to start.
 */
export async function openConnection(options: ConnectionOptions): Promise<RecoveringChannelModel> {
  const url = new URL(options.url);
  url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  const connection = await connect(url.toString(), {
    noDelay: true,
    timeout: CONNECT_TIMEOUT_MS,
    clientProperties: { connection_name: options.name },
    recovery: {
      ...RECOVERY,
      initialMaxRetries: 0,
      setup: async (model: ChannelModel) => {
        // First thing: an error event without a listener would end the process. The close that follows is what we act on.
        model.on('error', () => {});
        writeTogether(socketOf(model));
        await options.setup(model);
      },
    },
  }).catch((error: unknown) => {
    throw dependencyError('RabbitMQ', options.url, error);
  });
  connection.on('error', () => {});
  connection.on('disconnect', (error) => {
    options.logger.warn('broker connection lost', { connection: options.name, ...errorFields(error) });
    options.onDisconnect();
  });
  connection.on('connect-failed', (error) =>
    options.logger.warn('broker connect failed', { connection: options.name, ...errorFields(error) }),
  );
  connection.on('connect', () => options.logger.info('broker connected', { connection: options.name }));
  return connection;
}

/**
 * A channel that the broker closed (a 404, a 406, a bad ack) is not reopened by the recovery of connections.
 * So its end ends the connection too, and everything on it is set up anew.
 */
export function closeConnectionWith(
  channel: { on(event: 'close', listener: () => void): unknown },
  model: ChannelModel,
): void {
  channel.on('close', () => {
    model.close().catch(() => {});
  });
}

/** How long a broker may take to answer that it has cancelled or closed something. */
const GOODBYE_TIMEOUT_MS = 3_000;

/**
 * Waits for a cancel or a close, but not for ever: a broker that stops at the same moment never answers, and amqplib would wait all the
 * same. Nothing is lost by going on: what is not acknowledged comes back. Never rejects.
 */
export async function settleOrGoOn(goodbye: Promise<unknown>): Promise<void> {
  const answered = new AbortController();
  const deadline = sleep(GOODBYE_TIMEOUT_MS, undefined, { signal: answered.signal });
  await Promise.race([goodbye, deadline]).catch(() => {});
  answered.abort();
  await deadline.catch(() => {});
}
