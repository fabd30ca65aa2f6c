import Joi from 'joi';
import type { Channel } from './channels.ts';
import type { ErrorCode } from './error-codes.ts';
import type { TimelineEntryJson, TimelineEvent } from './events.ts';
import { callerId, time } from './http/fields.ts';
import type { InboxItemJson } from './http/inbox.ts';
import type { Status } from './statuses.ts';

/** What is said over the WebSocket at /ws; docs/websocket.md tells how it goes together. */

/** One line of a notification's trail, as it happens or replayed. */
export interface NotificationFrame {
  type: `notification.${TimelineEvent}`;
  /** The same line always has the same id, whether it comes live, twice or replayed. */
  id: string;
  notification_id: string;
  notification_type: string;
  user_id?: string;
  status: Status;
  channel?: Channel;
  provider?: string;
  reason?: string;
  at: string;
}

/** A user has a new item in the inbox. Only to the topic of the user. */
export interface InboxFrame {
  type: 'inbox.added';
  /** The item's own. */
  id: string;
  user_id: string;
  item: InboxItemJson;
  at: string;
}

export type LiveFrame = NotificationFrame | InboxFrame;

/** Why a replay can not be whole, so that the client has to read the API instead. */
export const RESYNC_REASONS = ['too_long_ago', 'too_much', 'unavailable'] as const;
export type ResyncReason = (typeof RESYNC_REASONS)[number];

/** What the gateway says besides. */
export type ControlFrame =
  /** From then on everything comes; the gateway's clock. */
  | { type: 'subscribed'; topic: string; at: string }
  | { type: 'unsubscribed'; topic: string }
  /** Everything since then has been sent again: so many frames. */
  | { type: 'replayed'; topic: string; count: number }
  /** The gateway itself was cut off: subscribe again, since then. */
  | { type: 'missed'; topic: string; since: string }
  | { type: 'resync'; topic: string; reason: ResyncReason }
  | { type: 'pong' }
  | { type: 'error'; code: ErrorCode; detail: string; topic?: string };

export type ServerFrame = LiveFrame | ControlFrame;

/** What a client says. */
export type ClientFrame =
  | { action: 'subscribe'; topic: string; since?: Date }
  | { action: 'unsubscribe'; topic: string; since?: never }
  | { action: 'ping'; topic?: never; since?: never };

export const ALL_TOPIC = 'all';
export const notificationTopic = (notificationId: string): string => `notification:${notificationId}`;
export const userTopic = (userId: string): string => `user:${userId}`;

const topic = Joi.string()
  .custom((value: string, helpers) => {
    const [kind, ...rest] = value.split(':');
    const name = rest.join(':');
    if (value === ALL_TOPIC) return value;
    if (kind === 'notification' && Joi.string().guid().validate(name).error === undefined) return value.toLowerCase();
    if (kind === 'user' && callerId().validate(name).error === undefined) return value;
    return helpers.error('topic.invalid');
  })
  .messages({ 'topic.invalid': '{{#label}} must be notification:<id>, user:<user_id> or all' });

export const clientFrameSchema = Joi.object<ClientFrame>({
  action: Joi.valid('subscribe', 'unsubscribe', 'ping').required(),
  topic: Joi.any().when('action', { is: 'ping', then: Joi.forbidden(), otherwise: topic.required() }),
  since: Joi.any().when('action', { is: 'subscribe', then: time(), otherwise: Joi.forbidden() }),
}).required();

/** A line of the trail as a frame. */
export function notificationFrame(
  notification: { id: string; notificationType: string; userId?: string | null },
  { id, event, status, channel, provider, reason, at }: TimelineEntryJson,
): NotificationFrame {
  const { userId } = notification;
  return {
    type: `notification.${event}`,
    id,
    notification_id: notification.id,
    notification_type: notification.notificationType,
    ...(userId == null ? {} : { user_id: userId }),
    status,
    ...(channel === undefined ? {} : { channel }),
    ...(provider === undefined ? {} : { provider }),
    ...(reason === undefined ? {} : { reason }),
    at,
  };
}

/** What happened since then, as status-service answers the gateway. Without frames: there is more than can be told. */
export interface FramesSinceJson {
  frames?: NotificationFrame[];
}
