import type { ConsumeMessage } from 'amqplib';

/** A message as a handler sees it. */
export interface Delivery {
  body: Buffer;
  headers: Record<string, unknown>;
  messageId: string | undefined;
  /** As it was published; a message that came over a rung keeps its lane's. */
  routingKey: string;
  /** The broker may have given it to someone before: look for what was already done. */
  redelivered: boolean;
}

/** How often a quorum queue has given this message to a consumer, this time included. */
export function timesTaken({ headers }: Delivery): number {
  // RabbitMQ 4 counts every time in the first; before, the second counts the times that it came back.
  const acquired = Number(headers['x-acquired-count'] ?? 0);
  const returned = Number(headers['x-delivery-count'] ?? 0);
  return Math.max(acquired, returned) + 1;
}

export function toDelivery(message: ConsumeMessage): Delivery {
  return {
    body: message.content,
    headers: message.properties.headers ?? {},
    messageId: message.properties.messageId as string | undefined,
    routingKey: message.fields.routingKey,
    redelivered: message.fields.redelivered,
  };
}
