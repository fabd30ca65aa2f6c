import { randomUUID } from 'node:crypto';
import { EVENTS_EXCHANGE, USER_CHANGED, type UserChangedJson } from '@notify/contracts';
import type { Publisher } from '@notify/messaging';
import { errorFields, type Logger } from '@notify/service-kit';

/**
 * Tells every cache to drop what it holds of a user, and the record to decide anew what waits for their quiet hours where these
 * may be others. Call it after the commit.
 * @param changed fields of the user, `preferences`, `devices`. Default: anything may be different.
 */
export type AnnounceUserChanged = (userId: string, changed?: readonly string[]) => void;

/** Nobody waits for it: what is lost while the broker is away, the caches make good by their own expiry, the record when the old hours end. */
export function createUserChangedAnnouncer(publisher: Publisher, logger: Logger): AnnounceUserChanged {
  return (userId, changed) => {
    const body: UserChangedJson = { version: 1, id: userId, changed };
    publisher
      .publish({
        exchange: EVENTS_EXCHANGE,
        routingKey: USER_CHANGED,
        messageId: randomUUID(),
        body,
        mandatory: false,
      })
      .catch((error: unknown) => logger.warn('caches were not told of a changed user', errorFields(error)));
  };
}
