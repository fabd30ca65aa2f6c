import { randomUUID } from 'node:crypto';
import { FAILED_EXCHANGE, type ReasonCode } from '@notify/contracts';
import type { Delivery } from './delivery.ts';
import type { Publisher } from './publisher.ts';

/**
 * Puts a message that can never be handled where operators see it, as it came, with the reason in its headers.
 * @param reason `unstorable` is only ever said of an event, which has no line in a timeline.
 * @throws BrokerUnavailableError when stopping; the message then stays where it was.
 */
export async function deadLetter(
  publisher: Publisher,
  delivery: Delivery,
  reason: ReasonCode | 'unstorable',
  detail: string,
): Promise<void> {
  const kept: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(delivery.headers)) {
    // x-death and the like are the broker's own, and must not be carried into another life of the message.
    if (!name.startsWith('x-') && (typeof value === 'string' || typeof value === 'number')) kept[name] = value;
  }
  await publisher.publishUntilConfirmed({
    exchange: FAILED_EXCHANGE,
    routingKey: delivery.routingKey,
    messageId: delivery.messageId ?? randomUUID(),
    body: delivery.body,
    headers: { ...kept, reason, detail: detail.slice(0, 500) },
  });
}
