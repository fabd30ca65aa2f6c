import type { QueueBinding } from '@notify/contracts';
import type { ChannelModel } from 'amqplib';
import { BrokerUnavailableError } from './errors.ts';

/** Shorter than one service waits for another: whoever asked for it still hears what came of it. */
const ANSWER_TIMEOUT_MS = 1_500;

/**
 * Binds or unbinds a queue, on a channel of its own: a refusal ends the channel. Where it is so already, nothing changes.
 * @throws BrokerUnavailableError when the connection is lost, the broker refuses or does not answer for 1.5 s. It may be done all the same, or yet be done.
 */
export async function changeBinding(
  connection: ChannelModel,
  change: 'bind' | 'unbind',
  queue: string,
  { exchange, routingKey }: QueueBinding,
): Promise<void> {
  const changed = async () => {
    const channel = await connection.createChannel();
    channel.on('error', () => {});
    if (change === 'bind') await channel.bindQueue(queue, exchange, routingKey);
    else await channel.unbindQueue(queue, exchange, routingKey);
    await channel.close();
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), ANSWER_TIMEOUT_MS);
  });
  try {
    await Promise.race([changed(), late]);
  } catch (error) {
    throw new BrokerUnavailableError(`${change} ${queue}: ${(error as Error).message}`);
  } finally {
    clearTimeout(timer);
  }
}
