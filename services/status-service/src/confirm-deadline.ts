import { check, EVENTS_EXCHANGE, eventId, type Position } from '@notify/contracts';
import type { Delivery, OutgoingMessage, Publisher } from '@notify/messaging';
import { type Database, inTransaction } from '@notify/service-kit';
import Joi from 'joi';
import { advanceNotifications } from './advance-notifications.ts';
import { lockNotifications } from './kept-notification-store.ts';
import { movesUnconfirmed } from './next-move.ts';
import { parseJson } from './parse-json.ts';

/** For status.queue alone, which has all of `receipt.*`. */
const ROUTING_KEY = 'receipt.overdue';

/** A receipt should have come for this position by now. */
export interface ConfirmDeadline extends Position {
  notificationId: string;
}

interface ConfirmDeadlineJson extends Position {
  version: 1;
  notification_id: string;
}

const schema = Joi.object<ConfirmDeadlineJson>({
  version: Joi.valid(1).required(),
  notification_id: Joi.string().guid().required(),
  epoch: Joi.number().integer().min(0).required(),
  hop: Joi.number().integer().min(0).required(),
  attempt: Joi.number().integer().min(1).required(),
})
  .unknown()
  .required();

/**
 * A deadline that is over, as a message to ourselves: in status.queue it stands behind every receipt that came in time, so that none
 * is overtaken, however long that queue has become meanwhile.
 */
export function deadlineMessage({ notificationId, epoch, hop, attempt }: ConfirmDeadline): OutgoingMessage {
  const position = { epoch, hop, attempt };
  const body: ConfirmDeadlineJson = { version: 1, notification_id: notificationId, ...position };
  const messageId = eventId(notificationId, position, 'overdue');
  return { exchange: EVENTS_EXCHANGE, routingKey: ROUTING_KEY, messageId, body };
}

export const isDeadline = ({ routingKey }: Pick<Delivery, 'routingKey'>): boolean => routingKey === ROUTING_KEY;

/** Never throws. */
export function parseDeadline({
  body,
}: Pick<Delivery, 'body'>): { deadline: ConfirmDeadline; problem?: never } | { deadline?: never; problem: string } {
  // What is not JSON at all is `undefined`, which a schema would take for an optional value.
  const result = check(schema, parseJson(body) ?? null);
  if (result.errors !== undefined) {
    return { problem: result.errors.map(({ field, code }) => `${field || 'message'}: ${code}`).join(', ') };
  }
  const { notification_id: notificationId, epoch, hop, attempt } = result.value;
  return { deadline: { notificationId, epoch, hop, attempt } };
}

/**
 * Moves on what is still unconfirmed. To be called once everything before these in the queue is folded. Repeating it changes nothing.
 * @throws what PostgreSQL and the broker throw while they are away.
 */
export async function answerDeadlines(
  { database, publisher }: { database: Database; publisher: Publisher },
  deadlines: readonly ConfirmDeadline[],
): Promise<void> {
  if (deadlines.length === 0) return;
  const at = new Date().toISOString();
  await inTransaction(database, async (client) => {
    const locked = await lockNotifications(
      client,
      deadlines.map(({ notificationId }) => notificationId),
    );
    const kept = new Map(locked.map((each) => [each.record.notificationId, each]));
    const moves = deadlines.flatMap((deadline) => {
      const notification = kept.get(deadline.notificationId);
      return notification === undefined ? [] : movesUnconfirmed(notification, deadline, at);
    });
    await advanceNotifications(client, publisher, moves);
  });
}
