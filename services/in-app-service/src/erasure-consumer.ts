import { IN_APP_EVENTS_QUEUE, parseUserErased } from '@notify/contracts';
import { type Broker, deadLetter } from '@notify/messaging';
import type { Database, Logger } from '@notify/service-kit';
import { deleteInbox } from './inbox-store.ts';

/** Empties the inbox of whoever is erased. One at a time, again and again while the database is away; repeating it changes nothing. */
export async function consumeErasures(broker: Broker, database: Database, logger: Logger): Promise<void> {
  await broker.consumeBatches({
    queue: IN_APP_EVENTS_QUEUE,
    prefetch: 1,
    maxBatchSize: 1,
    maxWaitMs: 1,
    async onBatch(deliveries) {
      for (const delivery of deliveries) {
        const parsed = parseUserErased(delivery.body.toString());
        if (parsed.problem !== undefined) {
          logger.warn('a message is not valid', { routing_key: delivery.routingKey, problem: parsed.problem });
          await deadLetter(broker, delivery, 'invalid_message', parsed.problem);
          continue;
        }
        const { userId, until } = parsed.erasure;
        logger.info('inbox erased', { items: await deleteInbox(database, userId, until) });
      }
    },
  });
}
