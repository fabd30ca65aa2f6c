import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import type { ConsumeMessage } from 'amqplib';
import type { Acknowledger } from './consumer.ts';
import { deadLetter } from './dead-letter.ts';
import { type Delivery, timesTaken, toDelivery } from './delivery.ts';
import type { Publisher } from './publisher.ts';

/**
 * A handler that fails this often with one message will not succeed. Below the queues' own delivery limit, which counts what a dying
 * consumer leaves; RabbitMQ 4.3 no longer counts there what a consumer gives back.
 */
const MAX_HANDLER_TRIES = 10;
/** Between a handler's failure and the next try, so that a bug does not spin. */
const FAILED_HANDLER_DELAY_MS = 1_000;
const BATCH_RETRY_MAX_DELAY_MS = 5_000;

/**
 * One message at a time: acknowledged when the handler resolves. A handler that throws has a bug or is stopping:
 * the message goes back, a few times, and ends in the failed queue as `delivery_limit`.
 */
export function handleEach(
  onMessage: (delivery: Delivery) => Promise<void>,
  queue: string,
  { logger, lifecycle, publisher }: { logger: Logger; lifecycle: Lifecycle; publisher: Publisher },
): (message: ConsumeMessage, acknowledger: Acknowledger) => Promise<void> {
  return async (message, acknowledger) => {
    const delivery = toDelivery(message);
    try {
      await onMessage(delivery);
      acknowledger.ack(message);
    } catch (error) {
      // Stopping: the broker takes the message back when the connection closes.
      if (!lifecycle.isRunning) return;
      logger.error('a message could not be handled', {
        queue,
        message_id: message.properties.messageId,
        ...errorFields(error),
      });
      await sleep(FAILED_HANDLER_DELAY_MS);
      if (timesTaken(delivery) < MAX_HANDLER_TRIES) return acknowledger.requeue(message);
      try {
        await deadLetter(
          publisher,
          delivery,
          'delivery_limit',
          `${(error as Error).name} in ${MAX_HANDLER_TRIES} tries`,
        );
        acknowledger.ack(message);
      } catch {
        // Stopping; see above.
      }
    }
  };
}

/**
 * Many messages at a time, one batch after the other, so that a multiple ack never covers what is not done.
 * A batch that fails is tried again, with backoff, for as long as its channel lives: it is our database that is away,
 * not the messages that are bad.
 */
export function handleBatches(
  options: {
    queue: string;
    maxBatchSize: number;
    maxWaitMs: number;
    onBatch(deliveries: Delivery[]): Promise<void>;
  },
  { logger, lifecycle }: { logger: Logger; lifecycle: Lifecycle },
): (message: ConsumeMessage, acknowledger: Acknowledger) => Promise<void> {
  type Waiting = { message: ConsumeMessage; acknowledger: Acknowledger; done: () => void };
  let waiting: Waiting[] = [];
  let isWorking = false;
  let timer: NodeJS.Timeout | undefined;
  /**
   * Channels on which a batch was left unacknowledged because we are stopping. A later batch must not be acknowledged on
   * them: a multiple ack would cover the one that was left.
   */
  const givenUp = new WeakSet<Acknowledger>();

  async function handleUntilDone(batch: Waiting[], acknowledger: Acknowledger): Promise<void> {
    if (givenUp.has(acknowledger)) return;
    const deliveries = batch.map(({ message }) => toDelivery(message));
    for (let delayMs = 100; acknowledger.isCurrent; delayMs = Math.min(delayMs * 2, BATCH_RETRY_MAX_DELAY_MS)) {
      try {
        await options.onBatch(deliveries);
        const last = batch.at(-1);
        if (last !== undefined) acknowledger.ack(last.message, true);
        return;
      } catch (error) {
        if (!lifecycle.isRunning) {
          givenUp.add(acknowledger);
          return;
        }
        logger.error('a batch failed and is tried again', {
          queue: options.queue,
          size: batch.length,
          ...errorFields(error),
        });
        await sleep(delayMs);
      }
    }
  }

  async function work(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0) {
      // Only messages of one channel: after a reconnect the old ones can't be acknowledged any more.
      const acknowledger = (waiting[0] as Waiting).acknowledger;
      const end = waiting.findIndex((each) => each.acknowledger !== acknowledger);
      const batch = waiting.slice(0, Math.min(end === -1 ? waiting.length : end, options.maxBatchSize));
      waiting = waiting.slice(batch.length);
      await handleUntilDone(batch, acknowledger);
      for (const { done } of batch) done();
    }
    isWorking = false;
  }

  return (message, acknowledger) =>
    new Promise<void>((done) => {
      waiting.push({ message, acknowledger, done });
      if (isWorking) return;
      if (waiting.length >= options.maxBatchSize) void work();
      else timer ??= setTimeout(() => void work(), options.maxWaitMs);
    });
}
