import { randomUUID } from 'node:crypto';
import type { Envelope, EnvelopeJson } from '@notify/contracts';
import { type Broker, type Delivery, laneMessage } from '@notify/messaging';

/** An email with an SMS to fall back on. */
export const envelopeOf = (overrides: Partial<Envelope> = {}): Envelope => ({
  notificationId: randomUUID(),
  epoch: 0,
  hop: 0,
  attempt: 1,
  deferrals: 0,
  notificationType: 'test',
  priority: 'medium',
  mode: 'first_success',
  recipient: { to: { email: 'a@example.com', phone: '+14155550123' } },
  content: { title: 'T', body: 'B' },
  variables: {},
  plan: ['email', 'sms'],
  tried: [],
  skipped: [],
  correlationId: 'c',
  metadata: {},
  createdAt: new Date().toISOString(),
  ...overrides,
});

/** What the lane's consumer hands over. */
export function deliveryOf(envelope: Envelope, redelivered = false): Delivery {
  const message = laneMessage(envelope);
  const body = Buffer.from(JSON.stringify(message.body));
  return { body, headers: {}, messageId: message.messageId, routingKey: message.routingKey, redelivered };
}

/** Everything that a queue holds and gets, as it comes. */
export async function collectFrom<Message = EnvelopeJson>(broker: Broker, queue: string): Promise<Message[]> {
  const received: Message[] = [];
  await broker.consume({
    queue,
    prefetch: 100,
    onMessage: async ({ body }) => void received.push(JSON.parse(body.toString()) as Message),
  });
  return received;
}
