import { randomUUID } from 'node:crypto';
import type { NotificationEventJson, TimelineEntryJson } from '@notify/contracts';

/** A notification's event, complete. */
export function eventOf(parts: Partial<NotificationEventJson>): NotificationEventJson {
  const { event = 'sent', status = 'sent', notification_id: id = randomUUID() } = parts;
  const at = new Date().toISOString();
  const entry: TimelineEntryJson = { id: `${id}.0.0.1.${event}`, event, status, channel: 'email', at };
  return {
    version: 1,
    event_id: entry.id,
    event,
    notification_id: id,
    epoch: 0,
    hop: 0,
    attempt: 1,
    status,
    attempts: [],
    timeline: [entry],
    notification_type: 'welcome',
    correlation_id: 'test',
    occurred_at: at,
    ...parts,
  };
}
