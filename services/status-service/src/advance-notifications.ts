import type { NotificationEventJson } from '@notify/contracts';
import type { OutgoingMessage, Publisher } from '@notify/messaging';
import type { DatabaseClient } from '@notify/service-kit';
import { foldEvents, type NotificationRecord } from './fold-events.ts';
import { writeProgress } from './notification-store.ts';
import { publishAll } from './publish-all.ts';

/** What the record itself does to one notification. */
export interface Advance {
  /** As it was read, locked by the caller's transaction. */
  record: NotificationRecord;
  /** Into the lanes. */
  messages: OutgoingMessage[];
  /** What the world is told, and what the row becomes. */
  event: OutgoingMessage;
}

/**
 * Publishes first, then writes the rows; the caller commits. A crash in between leaves the rows as they were, and what was published is
 * harmless to repeat. The lanes come before the events: no event may tell of a message that never got out.
 * @throws AppError `dependency_unavailable` when the broker did not confirm all; the caller's transaction must then not commit.
 */
export async function advanceNotifications(
  client: DatabaseClient,
  publisher: Publisher,
  advances: readonly Advance[],
): Promise<void> {
  if (advances.length === 0) return;
  await publishAll(
    publisher,
    advances.flatMap(({ messages }) => messages),
  );
  await publishAll(
    publisher,
    advances.map(({ event }) => event),
  );
  const records = advances.map(({ record, event }) => foldEvents(record, [event.body as NotificationEventJson]));
  await writeProgress(client, records);
}
