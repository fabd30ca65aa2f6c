import { type Delivery, deadLetter, type Publisher } from '@notify/messaging';
import type { Database, Logger } from '@notify/service-kit';
import { deleteDeadDevices } from './device-store.ts';
import { parseRejectedRecipient, type RejectedRecipient } from './rejected-recipient.ts';
import type { SuppressedCopy } from './suppressed-copy.ts';
import { addSuppressions } from './suppression-store.ts';
import type { AnnounceUserChanged } from './user-changed.ts';

/**
 * Acts on addresses that a provider says are not to be used any more: a dead device is deleted, an email address or a phone number
 * suppressed.
 * A message that is not valid goes to the operators, after the valid ones are done: a batch that is repeated because
 * the database was away must not dead-letter it twice.
 */
export function createRejectedRecipientHandler(context: {
  database: Database;
  copy: SuppressedCopy;
  publisher: Publisher;
  announceUserChanged: AnnounceUserChanged;
  logger: Logger;
}): (deliveries: Delivery[]) => Promise<void> {
  const { database, copy, publisher, announceUserChanged, logger } = context;
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
      for (const userId of userIds) announceUserChanged(userId, ['devices']);
      logger.info('dead devices removed', { rejected: dead.length, users: userIds.length });
    }
    const suppressions = rejections.flatMap(({ channel, ...rejected }) =>
      channel === 'email' || channel === 'sms' ? [{ channel, ...rejected }] : [],
    );
    if (suppressions.length > 0) {
      const added = await addSuppressions(database, suppressions);
      await copy.add(suppressions);
      logger.info('addresses suppressed', {
        rejected: suppressions.length,
        added: added.filter(({ isNew }) => isNew).length,
      });
    }
    for (const { delivery, problem } of invalid) {
      logger.warn('a message is not valid', { routing_key: delivery.routingKey, problem });
      await deadLetter(publisher, delivery, 'invalid_message', problem);
    }
  };
}
