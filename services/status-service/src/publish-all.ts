import { AppError } from '@notify/contracts';
import { BrokerUnavailableError, type OutgoingMessage, type Publisher } from '@notify/messaging';

/**
 * Publishes, and waits for the broker's word on every message.
 * @throws AppError `dependency_unavailable` when it did not confirm all. Some may be out; ids are derived, so that repeating them is harmless.
 */
export async function publishAll(publisher: Publisher, messages: readonly OutgoingMessage[]): Promise<void> {
  try {
    await Promise.all(messages.map((message) => publisher.publish(message)));
  } catch (error) {
    if (!(error instanceof BrokerUnavailableError)) throw error;
    throw new AppError('dependency_unavailable', 'The message broker did not confirm; try again', { cause: error });
  }
}
