import type { Closings } from '@notify/claims';
import { type Envelope, type Erasure, isSettled } from '@notify/contracts';
import { cancelledMessage, type EventMessage, eventMessage, type Publisher, timelineEntry } from '@notify/messaging';
import { type Database, type DatabaseClient, inTransaction } from '@notify/service-kit';
import { type Advance, advanceNotifications } from './advance-notifications.ts';
import { eraseDeadLettersOf, eraseEverything, findUnerased } from './erasure-store.ts';
import { type KeptNotification, lockNotifications } from './kept-notification-store.ts';
import { openEnds, tryAfter } from './resume.ts';

/** Their rows are locked while the broker confirms, and events on them wait. */
const BATCH_SIZE = 200;

export interface ErasureDependencies {
  database: Database;
  publisher: Publisher;
  closings: Closings;
}

/**
 * What still waits is cancelled; where a part went out already, each of the others ends by itself. What a provider is just being asked about
 * goes its way, and its end is recorded without content.
 */
async function endings({ record, envelope }: KeptNotification, closings: Closings, at: string): Promise<Advance[]> {
  if (envelope === undefined || isSettled(record.status)) return [];
  const { notificationId, epoch, attempt } = record;
  if (await closings.cancel(notificationId, epoch)) {
    return [{ record, messages: [], event: cancelledMessage({ ...envelope, attempt }, at) }];
  }
  const advances = openEnds(record).map(async (end): Promise<Advance[]> => {
    const position = tryAfter(record, end);
    if (!(await closings.closeErased(notificationId, position))) return [];
    return [{ record, messages: [], event: suppressedMessage({ ...envelope, ...position }, at) }];
  });
  return (await Promise.all(advances)).flat();
}

function suppressedMessage(envelope: Envelope, at: string): EventMessage {
  const timeline = [timelineEntry(envelope, 'suppressed', 'suppressed', at, { reason: 'user_not_found' })];
  return eventMessage(envelope, 'suppressed', 'suppressed', { attempts: [], timeline, occurredAt: at });
}

async function eraseBatch(
  client: DatabaseClient,
  ids: readonly string[],
  { publisher, closings }: ErasureDependencies,
): Promise<void> {
  const at = new Date().toISOString();
  const kept = await lockNotifications(client, ids);
  const advances = await Promise.all(kept.map((each) => endings(each, closings, at)));
  await advanceNotifications(client, publisher, advances.flat());
  await eraseEverything(client, ids);
}

/**
 * Takes out of the record what names a person or was said to them. Ids, outcomes and the trail stay. Repeating it changes nothing.
 * @returns how many notifications were erased.
 * @throws what PostgreSQL, Redis and the broker throw while they are away; repeating it goes on.
 */
export async function erasePerson({ userId, until }: Erasure, dependencies: ErasureDependencies): Promise<number> {
  const { database } = dependencies;
  let erased = 0;
  for (;;) {
    const count = await inTransaction(database, async (client) => {
      const ids = await findUnerased(client, userId, until, BATCH_SIZE);
      if (ids.length > 0) await eraseBatch(client, ids, dependencies);
      return ids.length;
    });
    erased += count;
    if (count < BATCH_SIZE) break;
  }
  await eraseDeadLettersOf(database, userId, until);
  return erased;
}
