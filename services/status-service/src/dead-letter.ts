import { createHash, randomUUID } from 'node:crypto';
import type { Delivery } from '@notify/messaging';
import { deathOf } from './death.ts';
import { storableText } from './parse-json.ts';

/** A message that could not be handled. Detail and body may name a person: they stand in erasable columns. */
export interface DeadLetter {
  id: string;
  receivedAt: string;
  notificationId: string | undefined;
  reason: string;
  routingKey: string;
  headers: Record<string, string | number>;
  detail: string | undefined;
  body: string;
}

const MAX_BODY_BYTES = 256 * 1024;
const MAX_TEXT_LENGTH = 500;
/** Headers that never name a person; any other stays out of the record. */
const KEPT_HEADERS = [
  'notification_id',
  'type',
  'channel',
  'priority',
  'epoch',
  'hop',
  'attempt',
  'reason',
  'recorded',
  'correlation_id',
];

function shortText(text: string): string {
  return storableText(text.slice(0, MAX_TEXT_LENGTH));
}

function keptHeaders(headers: Delivery['headers']): Record<string, string | number> {
  const kept: Record<string, string | number> = {};
  for (const name of KEPT_HEADERS) {
    const value = headers[name];
    if (typeof value === 'number') kept[name] = value;
    if (typeof value === 'string') kept[name] = shortText(value);
  }
  return kept;
}

/**
 * The same for every redelivery of one dead letter, so that it is recorded once. Without a message id nothing tells
 * a redelivery from a second message: then each counts, since one too many is better than one too few.
 */
function deadLetterId(delivery: Delivery, reason: string): string {
  if (delivery.messageId === undefined) return randomUUID();
  const hash = createHash('sha256');
  for (const part of [delivery.messageId, delivery.routingKey, reason]) hash.update(part).update('\0');
  const hex = hash.update(delivery.body).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** What is kept of a dead-lettered message, whatever it is. Never throws, and nothing in it can be refused by PostgreSQL. */
export function readDeadLetter(delivery: Delivery, notificationId: string | undefined, now: Date): DeadLetter {
  const { reason, queue, count } = deathOf(delivery.headers);
  const { detail } = delivery.headers;
  return {
    id: deadLetterId(delivery, reason),
    receivedAt: now.toISOString(),
    notificationId,
    reason,
    routingKey: shortText(delivery.routingKey),
    headers: {
      ...keptHeaders(delivery.headers),
      ...(queue === undefined ? {} : { death_queue: shortText(queue) }),
      ...(count === undefined ? {} : { death_count: count }),
    },
    detail: typeof detail === 'string' ? shortText(detail) : undefined,
    body: storableText(delivery.body.subarray(0, MAX_BODY_BYTES).toString('utf8')),
  };
}
