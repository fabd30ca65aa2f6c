import { setTimeout as sleep } from 'node:timers/promises';
import type { Lifecycle, Logger } from '@notify/service-kit';
import { type ChannelModel, type ConfirmChannel, IllegalOperationError, type RecoveringChannelModel } from 'amqplib';
import { closeConnectionWith, openConnection, settleOrGoOn } from './connection.ts';
import { declareTopology } from './declare-topology.ts';
import { BrokerUnavailableError } from './errors.ts';

/** No answer within this time means: unknown, publish again. */
const CONFIRM_TIMEOUT_MS = 8_000;
/** Beyond this many unconfirmed messages the publisher refuses: memory must not stand in for the broker. */
const MAX_IN_FLIGHT = 5_000;
const RETRY_DELAYS_MS = [50, 100, 200, 500, 1_000];

export interface OutgoingMessage {
  exchange: string;
  routingKey: string;
  /** Derived, so that a repeat is recognised. */
  messageId: string;
  /** Sent as JSON; a Buffer is sent as it is. */
  body: unknown;
  headers?: Record<string, string | number>;
  /** Must it reach a queue? Default true. False where nobody may be listening. */
  mandatory?: boolean;
  correlationId?: string;
}

export interface Publisher {
  readonly isReady: boolean;
  /**
   * Resolves when the broker has it safely. Persistent always.
   * @throws BrokerUnavailableError at once when the broker is away or blocked, else after 8 s without an answer;
   *   whatever JSON or amqplib throw when the message itself can't be encoded.
   */
  publish(message: OutgoingMessage): Promise<void>;
  /**
   * Publishes again and again until confirmed. For a worker that must not ack before its next step is safe.
   * @throws BrokerUnavailableError only when the service is stopping; the delivery then stays unacknowledged.
   */
  publishUntilConfirmed(message: OutgoingMessage): Promise<void>;
}

interface Pending {
  wasReturned: boolean;
}

/** Opens the publishing connection: of its own, since an alarm of the broker blocks publishers, not consumers. */
export async function openPublisher(options: {
  url: string;
  name: string;
  logger: Logger;
  lifecycle: Lifecycle;
}): Promise<Publisher> {
  const { logger, lifecycle } = options;
  let model: ChannelModel | undefined;
  let channel: ConfirmChannel | undefined;
  let isBlocked = false;
  let drained: Promise<void> | undefined;
  let redeclared: Promise<void> | undefined;
  const pending = new Map<string, Set<Pending>>();
  let inFlight = 0;
  let onIdle: (() => void) | undefined;

  const connection: RecoveringChannelModel = await openConnection({
    ...options,
    name: `${options.name} publisher`,
    async setup(opened) {
      await declareTopology(opened);
      const confirm = await opened.createConfirmChannel();
      confirm.on('error', (error) => logger.error('publishing channel closed', { error: error.message }));
      closeConnectionWith(confirm, opened);
      // An unroutable message is returned and then confirmed all the same: only this tells.
      confirm.on('return', ({ properties }) => {
        for (const each of pending.get(properties.messageId) ?? []) each.wasReturned = true;
      });
      model = opened;
      channel = confirm;
      isBlocked = false;
      drained = undefined;
    },
    onDisconnect() {
      channel = undefined;
      model = undefined;
    },
  });
  connection.on('blocked', (reason) => {
    isBlocked = true;
    logger.error('the broker blocks publishers (memory or disk alarm)', { reason });
  });
  connection.on('unblocked', () => {
    isBlocked = false;
    logger.info('the broker takes messages again');
  });

  function currentChannel(): ConfirmChannel {
    if (channel === undefined) throw new BrokerUnavailableError('not connected');
    if (isBlocked) throw new BrokerUnavailableError('blocked by an alarm');
    return channel;
  }

  /** The socket's buffer is full: everybody waits until it has emptied or the channel is gone. */
  function waitForDrain(own: ConfirmChannel): void {
    const emptied = new Promise<void>((resolve) => {
      const done = () => {
        own.off('drain', done);
        own.off('close', done);
        if (drained === emptied) drained = undefined;
        resolve();
      };
      own.on('drain', done);
      own.on('close', done);
    });
    drained = emptied;
  }

  /** Writes the message and waits for the broker's word. */
  function write(own: ConfirmChannel, message: OutgoingMessage, body: Buffer): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const onConfirm = (error: unknown) =>
        error ? reject(new BrokerUnavailableError('refused, or the channel closed')) : resolve();
      const options = {
        persistent: true,
        mandatory: message.mandatory ?? true,
        messageId: message.messageId,
        correlationId: message.correlationId,
        contentType: 'application/json',
        timestamp: Math.floor(Date.now() / 1000),
        headers: message.headers,
      };
      try {
        const hasRoom = own.publish(message.exchange, message.routingKey, body, options, onConfirm);
        if (!hasRoom && drained === undefined) waitForDrain(own);
      } catch (error) {
        // A channel that has just closed. Anything else is in the message, and publishing it again would not help.
        reject(error instanceof IllegalOperationError ? new BrokerUnavailableError(error.message) : error);
      }
    });
  }

  /** Resolves to whether the message was returned as unroutable. One deadline covers waiting for room and for the confirm. */
  async function send(message: OutgoingMessage): Promise<{ wasReturned: boolean }> {
    const body = Buffer.isBuffer(message.body) ? message.body : Buffer.from(JSON.stringify(message.body));
    currentChannel();
    if (inFlight >= MAX_IN_FLIGHT) throw new BrokerUnavailableError('too many unconfirmed messages');

    const entry: Pending = { wasReturned: false };
    const entries = pending.get(message.messageId) ?? new Set();
    pending.set(message.messageId, entries.add(entry));
    inFlight += 1;
    let timer: NodeJS.Timeout | undefined;
    let isLate = false;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isLate = true;
        reject(new BrokerUnavailableError('no answer in time'));
      }, CONFIRM_TIMEOUT_MS);
    });
    const written = async () => {
      while (drained !== undefined) await drained;
      // Whoever asked has been told that it failed: it must not be published after all.
      if (!isLate) await write(currentChannel(), message, body);
    };
    try {
      await Promise.race([written(), late]);
    } finally {
      clearTimeout(timer);
      entries.delete(entry);
      if (entries.size === 0) pending.delete(message.messageId);
      inFlight -= 1;
      if (inFlight === 0) onIdle?.();
    }
    return entry;
  }

  async function redeclare(): Promise<void> {
    redeclared ??= (async () => {
      logger.warn('a message found no queue; declaring the topology again');
      if (model !== undefined) await declareTopology(model);
    })().finally(() => {
      redeclared = undefined;
    });
    await redeclared;
  }

  async function publish(message: OutgoingMessage): Promise<void> {
    const isMandatory = message.mandatory ?? true;
    const first = await send(message);
    if (!isMandatory || !first.wasReturned) return;
    // Someone removed a binding or a queue: mend it once, then it is the operators' matter.
    try {
      await redeclare();
    } catch (error) {
      throw new BrokerUnavailableError(`the topology could not be declared: ${(error as Error).message}`);
    }
    const second = await send(message);
    if (second.wasReturned) throw new BrokerUnavailableError(`no queue for ${message.exchange} ${message.routingKey}`);
  }

  lifecycle.onShutdown('broker publisher', async () => {
    if (inFlight > 0) {
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve;
      });
      await Promise.race([idle, sleep(CONFIRM_TIMEOUT_MS, undefined, { ref: false })]);
    }
    await settleOrGoOn(connection.close());
  });

  return {
    get isReady() {
      return channel !== undefined && !isBlocked;
    },
    publish,
    async publishUntilConfirmed(message) {
      for (let tries = 0; ; tries += 1) {
        try {
          await publish(message);
          return;
        } catch (error) {
          if (!(error instanceof BrokerUnavailableError) || !lifecycle.isRunning) throw error;
          if (tries === RETRY_DELAYS_MS.length) logger.warn('still not published', { exchange: message.exchange });
          await sleep(RETRY_DELAYS_MS[Math.min(tries, RETRY_DELAYS_MS.length - 1)]);
        }
      }
    },
  };
}
