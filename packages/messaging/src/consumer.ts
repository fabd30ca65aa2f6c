import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { closeConnectionWith } from './connection.ts';
import { declareTopology } from './declare-topology.ts';

/** What a handler has not finished when the service stops is redelivered. Below the supervisor's patience. */
const DRAIN_DEADLINE_MS = 15_000;
const RESUBSCRIBE_DELAY_MS = 1_000;

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
}

/** Bound to the channel a message came on: delivery tags mean nothing on another one. */
export interface Acknowledger {
  readonly isCurrent: boolean;
  /** @param allUpTo also every earlier message of this channel. */
  ack(message: ConsumeMessage, allUpTo?: boolean): void;
  /** Back to the queue; counts towards its delivery limit. */
  requeue(message: ConsumeMessage): void;
}

/** One queue's consumer. Survives reconnects, a queue that is deleted under it, and being paused. */
export function createConsumerSession(
  spec: ConsumerSpec,
  { logger, lifecycle }: { logger: Logger; lifecycle: Lifecycle },
): ConsumerSession {
  let connection: ChannelModel | undefined;
  let channel: Channel | undefined;
  let consumerTag: string | undefined;
  let isPaused = false;
  const inHand = new Set<Promise<void>>();

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

  async function resubscribe(): Promise<void> {
    await sleep(RESUBSCRIBE_DELAY_MS);
    const current = connection;
    if (current === undefined || !lifecycle.isRunning) return;
    logger.warn('consumer cancelled by the broker; subscribing again', { queue: spec.queue });
    try {
      await declareTopology(current);
      await subscribe();
    } catch {
      // Reopen everything: the session's open() will be called again.
      await current.close().catch(() => {});
    }
  }

  async function subscribe(): Promise<void> {
    const own = channel;
    if (own === undefined || isPaused) return;
    const acknowledger = acknowledgerFor(own);
    const { consumerTag: tag } = await own.consume(spec.queue, (message) => {
      if (message === null) {
        consumerTag = undefined;
        void resubscribe();
        return;
      }
      const handled = spec.onMessage(message, acknowledger).finally(() => inHand.delete(handled));
      inHand.add(handled);
    });
    consumerTag = tag;
  }

  return {
    async open(opened) {
      connection = opened;
      const own = await opened.createChannel();
      own.on('error', (error) => logger.error('consuming channel closed', { queue: spec.queue, error: error.message }));
      closeConnectionWith(own, opened);
      await own.prefetch(spec.prefetch);
      channel = own;
      await subscribe();
    },
    lost() {
      connection = undefined;
      channel = undefined;
      consumerTag = undefined;
    },
    async pause() {
      isPaused = true;
      const tag = consumerTag;
      consumerTag = undefined;
      try {
        if (tag !== undefined) await channel?.cancel(tag);
      } catch {
        // The channel is closing: nothing comes over it any more, which is all that was wanted.
      }
    },
    async resume() {
      if (!isPaused) return;
      isPaused = false;
      try {
        await subscribe();
      } catch {
        // The channel is closing: the reconnect subscribes.
      }
    },
    async close() {
      await this.pause();
      await Promise.race([Promise.allSettled([...inHand]), sleep(DRAIN_DEADLINE_MS, undefined, { ref: false })]);
    },
  };
}
