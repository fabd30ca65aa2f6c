import {
  AppError,
  EVENTS_EXCHANGE,
  eventId,
  type Position,
  type ReceiptJson,
  receiptRoutingKey,
} from '@notify/contracts';
import { BrokerUnavailableError, type OutgoingMessage, type Publisher } from '@notify/messaging';
import { INBOX_PROVIDER } from './providers/inbox.ts';
import type { JustRead } from './read-state-store.ts';

/** A row belongs to its hop, whichever try wrote it. */
const ATTEMPT = 1;

/** Tells that items were read. */
export type TellRead = (items: readonly JustRead[]) => Promise<void>;

/**
 * Reading is the inbox's receipt: status-service makes the notification `read` of it, as it makes `delivered` of a vendor's.
 * @returns what waits for the broker's word on every receipt, and throws AppError `dependency_unavailable` without it. Telling it again is
 *   harmless: the ids are derived.
 */
export function createTellRead(publisher: Publisher): TellRead {
  return async (items) => {
    try {
      await Promise.all(items.map((item) => publisher.publish(receiptMessage(item))));
    } catch (error) {
      if (!(error instanceof BrokerUnavailableError)) throw error;
      throw new AppError('dependency_unavailable', 'The message broker did not confirm; try again', { cause: error });
    }
  };
}

function receiptMessage({ notificationId, epoch, hop, readAt }: JustRead): OutgoingMessage {
  const position: Position = { epoch, hop, attempt: ATTEMPT };
  const id = eventId(notificationId, position, 'read', INBOX_PROVIDER);
  const body: ReceiptJson = {
    version: 1,
    event_id: id,
    outcome: 'read',
    channel: 'in_app',
    provider: INBOX_PROVIDER,
    notification_id: notificationId,
    ...position,
    occurred_at: readAt.toISOString(),
  };
  return { exchange: EVENTS_EXCHANGE, routingKey: receiptRoutingKey('in_app'), messageId: id, body };
}
