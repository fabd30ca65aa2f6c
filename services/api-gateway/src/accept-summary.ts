import type { NotificationJson } from '@notify/contracts';
import { errorFields, type Logger } from '@notify/service-kit';
import type { Redis } from 'ioredis';

const TTL_SECONDS = 15 * 60;

/** Answers for a notification until status-service has its row. */
export interface AcceptSummaries {
  /** Never throws: without it only the first moments of a notification can't be read. */
  keep(summary: NotificationJson): Promise<void>;
  find(notificationId: string): Promise<NotificationJson | undefined>;
}

export function createAcceptSummaries(redis: Redis, logger: Logger): AcceptSummaries {
  const keyOf = (notificationId: string) => `accepted:${notificationId}`;
  return {
    async keep(summary) {
      try {
        await redis.set(keyOf(summary.notification_id), JSON.stringify(summary), 'EX', TTL_SECONDS);
      } catch (error) {
        logger.info('accept summary not kept', errorFields(error));
      }
    },
    async find(notificationId) {
      const kept = await redis.get(keyOf(notificationId)).catch(() => null);
      return kept === null ? undefined : (JSON.parse(kept) as NotificationJson);
    },
  };
}
