import { parseUserErased, STATUS_ERASURES_QUEUE } from '@notify/contracts';
import { type Broker, deadLetter } from '@notify/messaging';
import type { Logger } from '@notify/service-kit';
import { type ErasureDependencies, erasePerson } from './erase-person.ts';

/** Erases people, one at a time; while the database, Redis or the broker is away, again and again. */
export async function consumeErasures(
  broker: Broker,
  dependencies: ErasureDependencies & { logger: Logger },
): Promise<void> {
  const { logger } = dependencies;
  await broker.consumeBatches({
    queue: STATUS_ERASURES_QUEUE,
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
        logger.info('notifications erased', { count: await erasePerson(parsed.erasure, dependencies) });
      }
    },
  });
}
