import { randomUUID } from 'node:crypto';
import { EVENTS_EXCHANGE, type QueueBinding } from '@notify/contracts';
import { errorFields, type Lifecycle, type Logger, type Metrics } from '@notify/service-kit';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { changeBinding } from './change-binding.ts';
import { closeConnectionWith, openConnection, settleOrGoOn } from './connection.ts';
import { type Consumer, type ConsumerSession, createConsumerSession } from './consumer.ts';
import { declareTopology } from './declare-topology.ts';
import { type Delivery, toDelivery } from './delivery.ts';
import { BrokerUnavailableError } from './errors.ts';
import { handleBatches, handleEach } from './message-handling.ts';
import { openPublisher, type Publisher } from './publisher.ts';
import { readQueueDepths } from './queue-depths.ts';

/** An instance's private event queue holds at most this many; caches are cleared on reconnect, so dropping is harmless. */
const PRIVATE_QUEUE_MAX_LENGTH = 10_000;

export interface BrokerOptions {
  url: string;
  /** The service's name. */
  name: string;
  logger: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
}

/** RabbitMQ, as services use it. It declares the whole topology, and recovers by itself when the broker was away. */
export interface Broker extends Publisher {
  /** Each message is acknowledged when `onMessage` resolves. A throw is a bug: see handleEach. */
  consume(options: {
    queue: string;
    prefetch: number;
    onMessage(delivery: Delivery): Promise<void>;
  }): Promise<Consumer>;
  /** Messages in batches, one batch at a time, acknowledged together when `onBatch` resolves; a throw tries the same batch again. */
  consumeBatches(options: {
    queue: string;
    prefetch: number;
    maxBatchSize: number;
    /** How long the first message of a batch waits for company. */
    maxWaitMs: number;
    onBatch(deliveries: Delivery[]): Promise<void>;
    /**
     * Called when the queue is consumed again: after a reconnect, a pause, or its deletion. It may have been declared anew, and then lacks what
     * `bind` had bound.
     */
    onReopen?(): void;
  }): Promise<Consumer>;
  /**
   * Binds a queue of the table; where it is bound already nothing changes. What is published after this resolved reaches the queue.
   * Reconnects do not repeat it: see onReopen.
   * @throws BrokerUnavailableError when the broker is away, has no such queue, or does not answer for 1.5 s; it may be bound all the same.
   */
  bind(queue: string, binding: QueueBinding): Promise<void>;
  /**
   * Ends a binding; where there is none nothing changes.
   * @throws BrokerUnavailableError as `bind` does; it may be unbound all the same, or a moment later.
   */
  unbind(queue: string, binding: QueueBinding): Promise<void>;
  /**
   * Events for this instance alone: bounded, dropping the oldest, never acknowledged. What was missed while away is lost: see onReconnect.
   * @param options.isPaused none come before `resume`. While it is paused the broker keeps none.
   */
  subscribe(options: {
    routingKeys: string[];
    onMessage(delivery: Delivery): void;
    onReconnect?(): void;
    isPaused?: boolean;
  }): Promise<Consumer>;
  /** A queue of this instance alone, for answers. @returns its name, which stays the same across reconnects. */
  openReplyQueue(onMessage: (delivery: Delivery) => void): Promise<string>;
  /**
   * How many messages wait in each queue; what a consumer holds already is not counted. One round trip for all of them.
   * @throws BrokerUnavailableError when the broker is away, or one of the queues does not exist.
   */
  queueDepths(queues: readonly string[]): Promise<Map<string, number>>;
}

interface PrivateQueue {
  queue: string;
  bindings: string[];
  onMessage(delivery: Delivery): void;
  onReopen?(): void;
  isPaused?: boolean;
}

/** A consumer without acknowledgements on a queue that lives and dies with this instance. Paused, it is bound to nothing. */
function privateSession(
  { queue, bindings, onMessage, onReopen, isPaused = false }: PrivateQueue,
  logger: Logger,
): ConsumerSession {
  let wasOpen = false;
  let isWanted = !isPaused;
  let isBound = false;
  let current: Channel | undefined;
  let settled: Promise<unknown> = Promise.resolve();

  /** One step after the other: the last wish holds. */
  function bind(): Promise<unknown> {
    settled = settled.then(async () => {
      const own = current;
      if (own === undefined || isBound === isWanted) return;
      isBound = isWanted;
      const step = isWanted ? own.bindQueue.bind(own) : own.unbindQueue.bind(own);
      // The channel is closing: the reconnect binds as it should be.
      await Promise.all(bindings.map((key) => step(queue, EVENTS_EXCHANGE, key))).catch(() => {});
    });
    return settled;
  }

  return {
    async open(connection) {
      const channel = await connection.createChannel();
      channel.on('error', () => {});
      closeConnectionWith(channel, connection);
      await channel.assertQueue(queue, {
        exclusive: true,
        durable: false,
        autoDelete: true,
        arguments: { 'x-max-length': PRIVATE_QUEUE_MAX_LENGTH, 'x-overflow': 'drop-head' },
      });
      current = channel;
      isBound = false;
      if (isWanted) await bind();
      const handle = (message: ConsumeMessage | null) => {
        if (message === null) {
          // The queue was deleted: setting everything up anew brings it back.
          connection.close().catch(() => {});
          return;
        }
        try {
          onMessage(toDelivery(message));
        } catch (error) {
          // A throw in here would close the channel for everything that shares the connection.
          logger.error('an event could not be handled', { queue, ...errorFields(error) });
        }
      };
      await channel.consume(queue, handle, { noAck: true });
      if (wasOpen) onReopen?.();
      wasOpen = true;
    },
    lost() {
      current = undefined;
    },
    async pause() {
      isWanted = false;
      await bind();
    },
    async resume() {
      isWanted = true;
      await bind();
    },
    async close() {},
  };
}

/**
 * Connects twice: once for publishing, once for consuming.
 * @throws when the broker is away or has another topology; the service then fails to start.
 */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const publisher = await openPublisher(options);
  const sessions: ConsumerSession[] = [];
  let current: ChannelModel | undefined;

  const connection = await openConnection({
    ...options,
    name: `${options.name} consumer`,
    async setup(model) {
      await declareTopology(model);
      for (const session of sessions) await session.open(model);
      current = model;
    },
    onDisconnect() {
      current = undefined;
      for (const session of sessions) session.lost();
    },
  });
  options.lifecycle.onShutdown('broker consumers', async () => {
    await Promise.all(sessions.map((session) => session.close()));
    await settleOrGoOn(connection.close());
  });

  async function add(session: ConsumerSession): Promise<ConsumerSession> {
    sessions.push(session);
    // When the connection is away just now, its setup opens the session.
    if (current !== undefined) await session.open(current);
    return session;
  }

  function connected(): ChannelModel {
    if (current === undefined) throw new BrokerUnavailableError('not connected');
    return current;
  }

  return {
    get isReady() {
      return publisher.isReady && current !== undefined;
    },
    publish: publisher.publish,
    publishUntilConfirmed: publisher.publishUntilConfirmed,
    consume: ({ queue, prefetch, onMessage }) =>
      add(
        createConsumerSession(
          { queue, prefetch, onMessage: handleEach(onMessage, queue, { ...options, publisher }) },
          options,
        ),
      ),
    consumeBatches: ({ prefetch, onReopen, ...batches }) =>
      add(
        createConsumerSession(
          { queue: batches.queue, prefetch, onMessage: handleBatches(batches, options), onReopen },
          options,
        ),
      ),
    bind: async (queue, binding) => changeBinding(connected(), 'bind', queue, binding),
    unbind: async (queue, binding) => changeBinding(connected(), 'unbind', queue, binding),
    subscribe({ routingKeys, onMessage, onReconnect, isPaused }) {
      const queue = `${options.name}.events.${randomUUID()}`;
      return add(
        privateSession({ queue, bindings: routingKeys, onMessage, onReopen: onReconnect, isPaused }, options.logger),
      );
    },
    async openReplyQueue(onMessage) {
      const queue = `${options.name}.replies.${randomUUID()}`;
      await add(privateSession({ queue, bindings: [], onMessage }, options.logger));
      return queue;
    },
    async queueDepths(queues) {
      return readQueueDepths(connected(), queues);
    },
  };
}
