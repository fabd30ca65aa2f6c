import { deliveryError, type Provider } from '@notify/channel-worker';
import type { Database } from '@notify/service-kit';
import { addInboxItem } from '../inbox-store.ts';
import { inboxError } from './inbox-errors.ts';

export const INBOX_PROVIDER = 'inbox';

/**
 * The inbox in the application: a row in our own database. It is there once it is written, so it is `delivered` at once.
 * @param poolSize the database's connections, and so how many rows can be written at a time.
 */
export function createInboxProvider(database: Database, poolSize: number): Provider {
  return {
    name: INBOX_PROVIDER,
    concurrency: poolSize,
    async send({ notificationId, epoch, hop, address, content }, signal) {
      const { title, body, actionUrl } = content;
      const late = whenLate(signal);
      try {
        const adding = addInboxItem(database, { notificationId, epoch, hop, userId: address, title, body, actionUrl });
        return { status: 'delivered', providerMessageId: await Promise.race([adding, late.promise]) };
      } catch (error) {
        throw inboxError(error);
      } finally {
        late.stopWaiting();
      }
    },
  };
}

/** The database's own timeouts end the query soon after. */
function whenLate(signal: AbortSignal): { promise: Promise<never>; stopWaiting(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(deliveryError('transient', 'the deadline passed', 'ABORTED'));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return { promise, stopWaiting: () => signal.removeEventListener('abort', onAbort) };
}
