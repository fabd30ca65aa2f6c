import Joi from 'joi';
import { CHANNELS } from './channels.ts';
import { ERROR_CODES } from './error-codes.ts';
import { TIMELINE_EVENTS } from './events.ts';
import type { InboxItemJson } from './http/inbox.ts';
import { type InboxFrame, type NotificationFrame, RESYNC_REASONS, type ServerFrame } from './live.ts';
import { STATUSES } from './statuses.ts';

/** The frames that the gateway says on its WebSocket, for those who check or document them. */

const time = () => Joi.string().isoDate().required();
const topic = () => Joi.string().required();
const type = (...types: string[]) => Joi.valid(...types).required();

const notificationFrameSchema = Joi.object<NotificationFrame>({
  type: type(...TIMELINE_EVENTS.map((event) => `notification.${event}`)),
  id: Joi.string().required(),
  notification_id: Joi.string().guid().required(),
  notification_type: Joi.string().required(),
  user_id: Joi.string(),
  status: Joi.valid(...STATUSES).required(),
  channel: Joi.valid(...CHANNELS),
  provider: Joi.string(),
  reason: Joi.string(),
  at: time(),
});

const nullableText = () => Joi.string().allow(null, '').required();
const inboxItemSchema = Joi.object<InboxItemJson>({
  id: Joi.string().guid().required(),
  notification_id: Joi.string().guid().required(),
  title: nullableText(),
  body: nullableText(),
  action_url: nullableText(),
  read_at: nullableText(),
  created_at: time(),
});
const inboxFrameSchema = Joi.object<InboxFrame>({
  type: type('inbox.added'),
  id: Joi.string().guid().required(),
  user_id: Joi.string().required(),
  item: inboxItemSchema.required(),
  at: time(),
});

/** By name: what it says, and how. */
export const SERVER_FRAMES: Record<string, { summary: string; schema: Joi.ObjectSchema<ServerFrame> }> = {
  notification: {
    summary: 'One line of a notification’s timeline; the same line always has the same id',
    schema: notificationFrameSchema,
  },
  inbox_added: { summary: 'A new item in the inbox of a user', schema: inboxFrameSchema },
  subscribed: {
    summary: 'From then on everything comes',
    schema: Joi.object({ type: type('subscribed'), topic: topic(), at: time() }),
  },
  unsubscribed: {
    summary: 'Nothing more comes of this topic',
    schema: Joi.object({ type: type('unsubscribed'), topic: topic() }),
  },
  replayed: {
    summary: 'Everything since then has been sent again: so many frames',
    schema: Joi.object({ type: type('replayed'), topic: topic(), count: Joi.number().integer().min(0).required() }),
  },
  missed: {
    summary: 'The gateway was cut off: subscribe again, since then',
    schema: Joi.object({ type: type('missed'), topic: topic(), since: time() }),
  },
  resync: {
    summary: 'What was missed can not be told: read the API',
    schema: Joi.object({ type: type('resync'), topic: topic(), reason: Joi.valid(...RESYNC_REASONS).required() }),
  },
  pong: { summary: 'The answer to a ping', schema: Joi.object({ type: type('pong') }) },
  error: {
    summary: 'A frame could not be understood or done; the socket stays',
    schema: Joi.object({
      type: type('error'),
      code: Joi.valid(...Object.keys(ERROR_CODES)).required(),
      detail: Joi.string().required(),
      topic: Joi.string(),
    }),
  },
};
