import { EXCHANGES, QUEUES } from '@notify/contracts';
import type { ChannelModel } from 'amqplib';

/**
 * Declares every exchange, queue and binding of the table, except the bindings on demand. Doing it again changes nothing.
 * @throws when the broker has one of them with other arguments (406): someone must look, so the service does not start.
 */
export async function declareTopology(connection: ChannelModel): Promise<void> {
  const channel = await connection.createChannel();
  channel.on('error', () => {});
  // Sent without awaiting each answer: a channel answers in order, so that one round trip carries them all.
  await Promise.all(EXCHANGES.map(({ name, type }) => channel.assertExchange(name, type, { durable: true })));
  await Promise.all(
    QUEUES.map((queue) => channel.assertQueue(queue.name, { durable: true, arguments: queue.arguments })),
  );
  await Promise.all(
    QUEUES.flatMap((queue) =>
      queue.bindings.map(({ exchange, routingKey }) => channel.bindQueue(queue.name, exchange, routingKey)),
    ),
  );
  await channel.close();
}
