import type { Closings } from '@notify/claims';
import { errorFields, type Logger } from '@notify/service-kit';
import type { KeptNotification } from './kept-notification-store.ts';
import { arrivals } from './next-move.ts';

/** Nothing more of it is to be sent. While Redis is away another try or channel may still go out: it then arrives twice. */
export async function closeArrived(
  closings: Closings,
  logger: Logger,
  { record }: Pick<KeptNotification, 'record'>,
): Promise<void> {
  try {
    for (const position of arrivals(record)) {
      await closings.closeDelivered(record.notificationId, record.mode === 'all' ? position : undefined);
    }
  } catch (error) {
    logger.warn('what has arrived could not be closed', {
      notification_id: record.notificationId,
      ...errorFields(error),
    });
  }
}
