import type Joi from 'joi';
import { CHANNELS } from './channels.ts';
import {
  changedSchema,
  notificationEventSchema,
  RECIPIENT_REJECTED,
  recipientRejectedSchema,
  TEMPLATE_CHANGED,
  TIMELINE_EVENTS,
  USER_CHANGED,
  USER_ERASED,
  userChangedSchema,
  userErasedSchema,
} from './events.ts';
import { receiptSchema } from './receipt.ts';
import { EVENTS_EXCHANGE } from './topology.ts';

/** A kind of message on an exchange of the broker, as those who publish and those who consume it know it. */
export interface CatalogueMessage {
  name: string;
  summary: string;
  exchange: string;
  /** With `{parameter}` where keys differ. */
  routingKey: string;
  /** What stands for the parameters. */
  parameters: Record<string, readonly string[]>;
  schema: Joi.Schema;
}

/** Everything that is told on notifications.events, for the AsyncAPI document. */
export const MESSAGE_CATALOGUE: readonly CatalogueMessage[] = [
  {
    name: 'notification_event',
    summary:
      'What happened to a notification, with the lines of its timeline. Its id is derived: a repeat has the same',
    exchange: EVENTS_EXCHANGE,
    routingKey: 'notification.{event}',
    parameters: { event: TIMELINE_EVENTS },
    schema: notificationEventSchema,
  },
  {
    name: 'receipt',
    summary: "A provider's word on one attempt",
    exchange: EVENTS_EXCHANGE,
    routingKey: 'receipt.{channel}',
    parameters: { channel: CHANNELS },
    schema: receiptSchema,
  },
  {
    name: 'recipient_rejected',
    summary: 'An address is not to be used any more',
    exchange: EVENTS_EXCHANGE,
    routingKey: RECIPIENT_REJECTED,
    parameters: {},
    schema: recipientRejectedSchema,
  },
  {
    name: 'user_changed',
    summary: 'Caches drop what they hold of this user',
    exchange: EVENTS_EXCHANGE,
    routingKey: USER_CHANGED,
    parameters: {},
    schema: userChangedSchema,
  },
  {
    name: 'user_erased',
    summary: 'Whoever keeps something of this person forgets it',
    exchange: EVENTS_EXCHANGE,
    routingKey: USER_ERASED,
    parameters: {},
    schema: userErasedSchema,
  },
  {
    name: 'template_changed',
    summary: 'Caches drop what they hold of this template',
    exchange: EVENTS_EXCHANGE,
    routingKey: TEMPLATE_CHANGED,
    parameters: {},
    schema: changedSchema,
  },
];
