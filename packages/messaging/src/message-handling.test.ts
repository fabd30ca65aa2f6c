import { expect, test } from '@jest/globals';
import { createLifecycle, createLogger } from '@notify/service-kit';
import type { ConsumeMessage } from 'amqplib';
import type { Acknowledger } from './consumer.ts';
import { handleBatches } from './message-handling.ts';

const message = (id: number) =>
  ({ content: Buffer.from(''), fields: { deliveryTag: id }, properties: { messageId: String(id) } }) as ConsumeMessage;

test('a batch that is given up because the service stops is not covered by the acknowledgement of a later one', async () => {
  const logger = createLogger('test', 'error');
  logger.silent = true;
  const lifecycle = createLifecycle(logger);
  const acked: number[] = [];
  const acknowledger: Acknowledger = {
    isCurrent: true,
    ack: ({ fields }) => void acked.push(fields.deliveryTag),
    requeue: () => {},
  };
  const stored: string[] = [];
  const handle = handleBatches(
    {
      queue: 'q',
      maxBatchSize: 2,
      maxWaitMs: 5,
      onBatch: async (deliveries) => {
        const ids = deliveries.map(({ messageId }) => String(messageId));
        if (ids.includes('1')) {
          await lifecycle.shutdown('SIGTERM');
          throw new Error('the database has just gone');
        }
        stored.push(...ids);
      },
    },
    { logger, lifecycle },
  );
  await Promise.all([1, 2, 3, 4].map((id) => handle(message(id), acknowledger)));
  await handle(message(5), acknowledger);
  expect(stored).toEqual([]);
  expect(acked).toEqual([]);
});
