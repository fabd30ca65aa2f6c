import type { EventMessage, OutgoingMessage, Publisher } from '@notify/messaging';
import type { DatabaseClient } from '@notify/service-kit';
import { foldEvents, type NotificationRecord } from './fold-events.ts';
import { writeProgress } from './notification-store.ts';
import { publishAll } from './publish-all.ts';
import type { Change } from './stats-delta.ts';

/** What the record itself does to one notification. */
export interface Advance {
  /** As it was read, locked by the caller's transaction. */
  record: NotificationRecord;
  /** Into the lanes, or for the operators. */
  messages: OutgoingMessage[];
  /** What the world is told, and what the row becomes. */
  event: EventMessage;
}

/**
 * Publishes first, then writes the rows; the caller commits. A crash in between leaves the rows as they were, and what was published is
 * harmless to repeat. The lanes come before the events: no event may tell of a message that never got out.
 * @param advances of one notification there may be several.
 * @returns what they became, by id.
 * @throws AppError `dependency_unavailable` when the broker did not confirm all; the caller's transaction must then not commit.
 */
export async function advanceNotifications(
  client: DatabaseClient,
  publisher: Publisher,
  advances: readonly Advance[],
): Promise<Map<string, NotificationRecord>> {
  if (advances.length === 0) return new Map();
  await publishAll(
    publisher,
    advances.flatMap(({ messages }) => messages),
  );
  await publishAll(
    publisher,
    advances.map(({ event }) => event),
  );
  const changes = new Map<string, Change>();
  for (const { record: read, event } of advances) {
    const { before, after } = changes.get(read.notificationId) ?? { before: read, after: read };
    changes.set(read.notificationId, { before, after: foldEvents(after, [event.body]) });
  }
  await writeProgress(client, [...changes.values()]);
  return new Map([...changes].map(([id, { after }]) => [id, after]));
}
