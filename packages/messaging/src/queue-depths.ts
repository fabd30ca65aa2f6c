import type { ChannelModel } from 'amqplib';
import { BrokerUnavailableError } from './errors.ts';

/**
 * Asks by passive declaration, on a channel of its own: one for a queue that does not exist ends the channel.
 * @throws BrokerUnavailableError when the connection is lost meanwhile, or one of the queues does not exist.
 */
export async function readQueueDepths(
  connection: ChannelModel,
  queues: readonly string[],
): Promise<Map<string, number>> {
  try {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    const answers = await Promise.all(queues.map((queue) => channel.checkQueue(queue)));
    await channel.close();
    return new Map(answers.map(({ queue, messageCount }) => [queue, messageCount]));
  } catch (error) {
    throw new BrokerUnavailableError(`the queues could not be counted: ${(error as Error).message}`);
  }
}
