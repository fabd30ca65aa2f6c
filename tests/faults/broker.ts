import { QUEUES } from '@notify/contracts';
import { eventually } from '@notify/testing';
import { type Channel, type ChannelModel, type ConsumeMessage, connect } from 'amqplib';
import { rabbitmq } from '../e2e/system.ts';

const url = process.env['E2E_RABBITMQ_URL'] ?? '';
const TRAVELLING = QUEUES.map(({ name }) => name).filter((name) => /^(email|sms|push|in_app|retry)\./.test(name));

/** Runs `work` on a channel of its own. Publishes are confirmed before this resolves. */
export async function withBroker<T>(work: (channel: Channel, connection: ChannelModel) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  // The broker may be the one that is killed next.
  connection.on('error', () => {});
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
    const result = await work(channel, connection);
    await channel.waitForConfirms();
    return result;
  } finally {
    await connection.close().catch(() => {});
  }
}

/** How many messages of this queue wait for a consumer. The broker's own count, without the delay of its statistics. */
export async function depthOf(queue: string): Promise<number> {
  return withBroker(async (channel) => (await channel.checkQueue(queue)).messageCount);
}

/** How many messages wait in the lanes and on the rungs together. */
export async function waitingMessages(): Promise<number> {
  return withBroker(async (channel) => {
    let waiting = 0;
    for (const queue of TRAVELLING) waiting += (await channel.checkQueue(queue)).messageCount;
    return waiting;
  });
}

export interface Recorder {
  /** Everything so far, in order. */
  readonly messages: readonly ConsumeMessage[];
  /** Publishes a message once more. Its `x-copy` header tells it apart from what the system publishes. */
  publishAgain(message: ConsumeMessage, change?: { body?: Buffer; messageId?: string }): void;
  /** Resolves when the broker has confirmed every copy; then the recording is over. */
  close(): Promise<void>;
}

/**
 * Records what an exchange passes on, beside the queues that are bound to it anyway.
 * @param onMessage is called with each message as it comes; never with a copy.
 */
export async function recordMessages(
  exchange: string,
  routingKey: string,
  onMessage: (message: ConsumeMessage, recorder: Recorder) => void = () => {},
): Promise<Recorder> {
  const connection = await connect(url);
  connection.on('error', () => {});
  const channel = await connection.createConfirmChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchange, routingKey);
  const messages: ConsumeMessage[] = [];
  const recorder: Recorder = {
    messages,
    publishAgain({ content, fields, properties }, { body = content, messageId = properties.messageId } = {}) {
      const headers = { ...properties.headers, 'x-copy': true };
      channel.publish(exchange, fields.routingKey, body, { ...properties, messageId, headers });
    },
    async close() {
      await channel.waitForConfirms();
      await connection.close();
    },
  };
  await channel.consume(
    queue,
    (message) => {
      if (message === null || message.properties.headers?.['x-copy'] === true) return;
      messages.push(message);
      onMessage(message, recorder);
    },
    { noAck: true },
  );
  return recorder;
}

/** Ends every connection that the broker lists now. @throws when it lists none, as for some seconds after the last time. */
export async function closeAllConnections(): Promise<true> {
  const open = await rabbitmq<{ name: string }[]>('GET', '/connections?columns=name');
  if (open.length === 0) throw new Error('the broker lists no connection');
  // One that ended meanwhile is not found.
  await Promise.allSettled(open.map(({ name }) => rabbitmq('DELETE', `/connections/${encodeURIComponent(name)}`)));
  return true;
}

/** Waits until nobody has an unhandled message of this queue. */
export async function drained(queue: string, timeoutMs = 60_000): Promise<void> {
  await eventually(async () => {
    const { messages } = await rabbitmq<{ messages?: number }>('GET', `/queues/%2F/${queue}?columns=messages`);
    return messages === 0;
  }, timeoutMs);
}
