import {
  check,
  type NotificationEventJson,
  type NotificationWebhookDataJson,
  notificationEventSchema,
  type TimelineEntryJson,
  type WebhookDisabledReason,
  type WebhookType,
  type WebhookWebhookDataJson,
} from '@notify/contracts';
import { validate as isUuid, v5 as uuidv5 } from 'uuid';

/** Something that webhooks are told. */
export interface WebhookEventToTell {
  /** Derived, so that a repeat is recognised. */
  id: string;
  type: WebhookType;
  occurredAt: Date;
  /** Undefined where it is about a webhook. */
  notificationId?: string;
  notificationType?: string;
  data: NotificationWebhookDataJson | WebhookWebhookDataJson;
}

/** For ids by RFC 9562, version 5; any fixed one does. */
const NAMESPACE = 'd2a5a3a8-7c5b-4b0e-8a52-0d9a3f5a7f10';

/** One event for one webhook, always the same: it is the row's key and the receiver's `webhook-id`. */
export function deliveryId(webhookId: string, { id }: WebhookEventToTell): string {
  return uuidv5(`${webhookId}.${id}`, NAMESPACE);
}

/** What a message of webhooks.queue tells, each line of its timeline. Undefined when it can't be read, or stored. Never throws. */
export function readEvents(body: Buffer): WebhookEventToTell[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
  const result = check(notificationEventSchema, json);
  if (result.errors !== undefined) return undefined;
  const events = result.value.timeline.map((entry) => eventOfEntry(result.value, entry));
  return events.every(isStorable) ? events : undefined;
}

/** The schema knows more ways to write an id and a time than the database: one that it refused would hold all others up. */
function isStorable({ notificationId, occurredAt }: WebhookEventToTell): boolean {
  return isUuid(notificationId) && !Number.isNaN(occurredAt.getTime());
}

/** Nothing that says whom it is for, or what it is about. */
function eventOfEntry(message: NotificationEventJson, entry: TimelineEntryJson): WebhookEventToTell {
  const notificationId = message.notification_id.toLowerCase();
  const notificationType = message.notification_type;
  const { id, event, status, channel, provider, reason, at } = entry;
  return {
    // No id can be derived from half a surrogate pair.
    id: id.toWellFormed(),
    type: `notification.${event}`,
    occurredAt: new Date(at),
    notificationId,
    notificationType,
    data: {
      notification_id: notificationId,
      notification_type: notificationType,
      event,
      status,
      channel,
      provider,
      reason,
      correlation_id: message.correlation_id,
    },
  };
}

/** That a webhook was disabled or enabled: for the other ones. */
export function switchedEvent(webhookId: string, reason: WebhookDisabledReason | undefined, at: Date) {
  const type = reason === undefined ? 'webhook.enabled' : 'webhook.disabled';
  const event: WebhookEventToTell = {
    id: `${webhookId}.${type}.${at.toISOString()}`,
    type,
    occurredAt: at,
    data: { webhook_id: webhookId, reason },
  };
  return event;
}

/** What the test button sends. @param key of this press of it. */
export function testEvent(webhookId: string, key: string, at: Date): WebhookEventToTell {
  return { id: key, type: 'webhook.test', occurredAt: at, data: { webhook_id: webhookId } };
}

/** What a webhook has asked for. */
export interface WebhookFilter {
  id: string;
  events: readonly string[];
  notificationTypes: readonly string[] | null;
}

/** Whether a webhook is told of an event. Of itself it is told nothing. */
export function wants({ id, events, notificationTypes }: WebhookFilter, event: WebhookEventToTell): boolean {
  if (!events.includes(event.type)) return false;
  if ('webhook_id' in event.data) return event.data.webhook_id !== id;
  return notificationTypes === null || notificationTypes.includes(event.notificationType ?? '');
}
