import { type Delivery, deadLetter, type Publisher } from '@notify/messaging';
import type { Database, Logger } from '@notify/service-kit';
import { deleteDeadDevices } from './device-store.ts';
import { parseRejectedRecipient, type RejectedRecipient } from './rejected-recipient.ts';
import type { AnnounceUserChanged } from './user-changed.ts';

/**
 * Acts on addresses that a provider says can never be reached. A dead device token is deleted. Rejected email addresses
 * and phone numbers are only acknowledged so far: keeping them is the work of suppressions, which are not built yet.
 * A message that is not valid goes to the operators, after the valid ones are done: a batch that is repeated because
 * the database was away must not dead-letter it twice.
 */
export function createRejectedRecipientHandler(context: {
  database: Database;
  publisher: Publisher;
  announceUserChanged: AnnounceUserChanged;
  logger: Logger;
}): (deliveries: Delivery[]) => Promise<void> {
  const { database, publisher, announceUserChanged, logger } = context;
  return async (deliveries) => {
    const rejections: RejectedRecipient[] = [];
    const invalid: { delivery: Delivery; problem: string }[] = [];
    for (const delivery of deliveries) {
      const parsed = parseRejectedRecipient(delivery.body);
      if (parsed.problem === undefined) rejections.push(parsed.rejected);
      else invalid.push({ delivery, problem: parsed.problem });
    }

    const dead = rejections
      .filter(({ channel }) => channel === 'push')
      .map(({ address, rejectedAt }) => ({ token: address, rejectedAt }));
    if (dead.length > 0) {
      const userIds = await deleteDeadDevices(database, dead);
      for (const userId of userIds) announceUserChanged(userId);
      logger.info('dead devices removed', { rejected: dead.length, users: userIds.length });
    }
    for (const { delivery, problem } of invalid) {
      logger.warn('a message is not valid', { routing_key: delivery.routingKey, problem });
      await deadLetter(publisher, delivery, 'invalid_message', problem);
    }
  };
}
