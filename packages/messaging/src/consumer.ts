import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { closeConnectionWith, settleOrGoOn } from './connection.ts';
import { declareTopology } from './declare-topology.ts';

/**
 * What a handler has not finished when the service stops is redelivered. Longer than a provider call by default: a call that is
 * cut off would become an unknown outcome, and a restart must not make those.
 */
const DRAIN_DEADLINE_MS = 40_000;
const RESUBSCRIBE_DELAY_MS = 1_000;
/** A consumer that got nothing for this long, although messages wait and it has nothing in hand, is set up anew. */
const STALL_INTERVAL_MS = 2_000;

export interface Consumer {
  /** Stops taking messages; those in hand are finished. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** A consumer as the connection needs it: opened anew on every reconnect. */
export interface ConsumerSession extends Consumer {
  open(connection: ChannelModel): Promise<void>;
  lost(): void;
  close(): Promise<void>;
}

export interface ConsumerSpec {
  queue: string;
  prefetch: number;
  /** Takes a message; settles it later through the acknowledger. */
  onMessage(message: ConsumeMessage, acknowledger: Acknowledger): Promise<void>;
  /** Called when it is consumed again: after a reconnect, a pause, or the deletion of the queue. */
  onReopen?(): void;
}

/** Bound to the channel a message came on: delivery tags mean nothing on another one. */
export interface Acknowledger {
  readonly isCurrent: boolean;
  /** @param allUpTo also every earlier message of this channel. */
  ack(message: ConsumeMessage, allUpTo?: boolean): void;
  /** Back to the queue. */
  requeue(message: ConsumeMessage): void;
}

/** One queue's consumer. Survives reconnects, a queue that is deleted under it, and being paused. */
export function createConsumerSession(
  spec: ConsumerSpec,
  { logger, lifecycle }: { logger: Logger; lifecycle: Lifecycle },
): ConsumerSession {
  let connection: ChannelModel | undefined;
  let channel: Channel | undefined;
  /** What is consumed now, and on which channel: a tag means nothing on another one. */
  let active: { channel: Channel; tag: string } | undefined;
  let wasOpen = false;
  let isPaused = false;
  let settled: Promise<void> = Promise.resolve();
  const inHand = new Set<Promise<void>>();
  let arrivals = 0;
  const stallTimer = setInterval(() => void endStall(), STALL_INTERVAL_MS);
  stallTimer.unref();
  /** How many had arrived at the look before, if messages were waiting then that this consumer should have been given. */
  let arrivalsWhenIdle: number | undefined;

  /**
   * RabbitMQ (seen with 3.10.8) may forget a consumer without a word when its quorum queue is deleted and declared again at once: the new
   * queue gives messages to a channel that drops them. A prefetch's worth then counts as unacknowledged until the channel closes.
   */
  async function endStall(): Promise<void> {
    const [own, model] = [channel, connection];
    const isIdle = () => channel === own && active?.channel === own && !isPaused && inHand.size === 0;
    if (own === undefined || model === undefined || !isIdle()) {
      arrivalsWhenIdle = undefined;
      return;
    }
    try {
      const before = arrivals;
      const { messageCount } = await own.checkQueue(spec.queue);
      if (messageCount === 0 || !isIdle() || arrivals !== before) arrivalsWhenIdle = undefined;
      else if (arrivalsWhenIdle !== arrivals) arrivalsWhenIdle = arrivals;
      else {
        logger.warn('consumer gets nothing although messages wait; subscribing again', {
          queue: spec.queue,
          waiting: messageCount,
        });
        arrivalsWhenIdle = undefined;
        // Its end ends the connection too, and everything is set up anew.
        await own.close();
      }
    } catch {
      // The channel is closing; the reconnect opens this session again.
    }
  }

  function acknowledgerFor(own: Channel): Acknowledger {
    const settle = (action: () => void) => {
      // The channel is gone and so is the delivery: the broker gives the message out again.
      if (channel !== own) return;
      try {
        action();
      } catch (error) {
        logger.info('acknowledgement dropped', { queue: spec.queue, ...errorFields(error) });
      }
    };
    return {
      get isCurrent() {
        return channel === own;
      },
      ack: (message, allUpTo = false) => settle(() => own.ack(message, allUpTo)),
      requeue: (message) => settle(() => own.reject(message, true)),
    };
  }

  /**
   * Makes what is consumed what should be consumed, one step after the other: a pause that overtakes a subscribe, or a
   * reconnect that overtakes both, must not leave two consumers behind, or one that nobody can cancel.
   */
  function reconcile(): Promise<void> {
    settled = settled.then(async () => {
      const own = channel;
      if (own === undefined) return;
      const isWanted = !isPaused;
      try {
        if (isWanted && active?.channel !== own) active = { channel: own, tag: await subscribe(own) };
        else if (!isWanted && active?.channel === own) {
          const { tag } = active;
          active = undefined;
          await settleOrGoOn(own.cancel(tag));
        }
      } catch {
        // The channel is closing; the reconnect opens this session again.
        active = undefined;
      }
    });
    return settled;
  }

  async function recover(own: Channel): Promise<void> {
    logger.warn('consumer cancelled by the broker; subscribing again', { queue: spec.queue });
    await sleep(RESUBSCRIBE_DELAY_MS);
    const current = connection;
    if (current === undefined || channel !== own || !lifecycle.isRunning) return;
    try {
      await declareTopology(current);
      active = undefined;
      await reconcile();
    } catch {
      // Set everything up anew: the session's open() will be called again.
      await current.close().catch(() => {});
    }
  }

  async function subscribe(own: Channel): Promise<string> {
    const acknowledger = acknowledgerFor(own);
    const { consumerTag } = await own.consume(spec.queue, (message) => {
      if (message === null) {
        void recover(own);
        return;
      }
      arrivals += 1;
      const handled = spec.onMessage(message, acknowledger).finally(() => inHand.delete(handled));
      inHand.add(handled);
    });
    if (wasOpen) spec.onReopen?.();
    wasOpen = true;
    return consumerTag;
  }

  return {
    async open(opened) {
      const own = await opened.createChannel();
      own.on('error', (error) => logger.error('consuming channel closed', { queue: spec.queue, error: error.message }));
      closeConnectionWith(own, opened);
      await own.prefetch(spec.prefetch);
      connection = opened;
      channel = own;
      await reconcile();
    },
    lost() {
      connection = undefined;
      channel = undefined;
    },
    pause() {
      isPaused = true;
      return reconcile();
    },
    resume() {
      isPaused = false;
      return reconcile();
    },
    async close() {
      clearInterval(stallTimer);
      await this.pause();
      await Promise.race([Promise.allSettled([...inHand]), sleep(DRAIN_DEADLINE_MS, undefined, { ref: false })]);
    },
  };
}
