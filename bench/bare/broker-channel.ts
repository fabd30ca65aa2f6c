import { type ConfirmChannel, connect } from 'amqplib';

export const DELIVERIES_QUEUE = 'bare.deliveries.queue';
export const OUTCOMES_QUEUE = 'bare.outcomes.queue';

/** A connection's only channel, with both queues declared: durable quorum queues, as in the full system, and nothing else. */
export async function openBrokerChannel(url: string): Promise<ConfirmChannel> {
  const connection = await connect(url, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  for (const queue of [DELIVERIES_QUEUE, OUTCOMES_QUEUE]) {
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  }
  return channel;
}

/**
 * Straight to a queue, persistent. Resolves when the broker has it safely; many may be under way at once.
 *
 * @throws when the broker refuses it or the channel closes: the process ends, and with it the run
 */
export function publishConfirmed(channel: ConfirmChannel, queue: string, message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(JSON.stringify(message));
    channel.publish('', queue, body, { persistent: true }, (error) => (error ? reject(error) : resolve()));
  });
}
