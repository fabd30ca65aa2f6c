import {
  changedSchema,
  EVENTS_EXCHANGE,
  envelopeSchema,
  FAILED_EXCHANGE,
  NOTIFICATIONS_EXCHANGE,
  notificationEventSchema,
  RECIPIENT_REJECTED,
  RUNGS,
  receiptSchema,
  recipientRejectedSchema,
  rungExchange,
  syncReplySchema,
  TEMPLATE_CHANGED,
  USER_CHANGED,
  USER_ERASED,
  userChangedSchema,
  userErasedSchema,
} from '@notify/contracts';
import type Joi from 'joi';
import * as examples from './message-examples.ts';

/** A message that services send each other. */
export interface CataloguedMessage {
  summary: string;
  schema: Joi.ObjectSchema;
  example: object;
  /** Has the headers that the management page shows: it is about one notification. */
  isOfNotification?: true;
}

export const MESSAGES = {
  Envelope: {
    summary: 'One notification at one place of its plan, on its way through the lanes',
    schema: envelopeSchema,
    example: examples.envelopeExample,
    isOfNotification: true,
  },
  NotificationEvent: {
    summary: 'What a service did with a notification in one go: its decisions and provider calls',
    schema: notificationEventSchema,
    example: examples.notificationEventExample,
    isOfNotification: true,
  },
  Receipt: {
    summary: "A provider's word on one attempt, in our terms",
    schema: receiptSchema,
    example: examples.receiptExample,
  },
  RecipientRejected: {
    summary: 'A provider says that an address is not to be used any more',
    schema: recipientRejectedSchema,
    example: examples.recipientRejectedExample,
  },
  UserChanged: {
    summary:
      'Caches drop what they hold of a user; new preferences or another time zone also have waits for quiet hours decided anew',
    schema: userChangedSchema,
    example: examples.userChangedExample,
  },
  UserErased: {
    summary: 'Whoever keeps something of this person forgets it; told several times, over a day',
    schema: userErasedSchema,
    example: examples.userErasedExample,
  },
  TemplateChanged: {
    summary: 'Caches drop what they hold of a template',
    schema: changedSchema,
    example: examples.templateChangedExample,
  },
  SyncReply: {
    summary: 'The outcome of a synchronous notification, for the gateway that waits for it',
    schema: syncReplySchema,
    example: examples.syncReplyExample,
  },
} satisfies Record<string, CataloguedMessage>;
export type MessageName = keyof typeof MESSAGES;

/** Where messages are published. */
export interface Publication {
  exchange: string;
  /** The routing key; `{...}` stands for one word of it. */
  address: string;
  messages: MessageName[];
  summary: string;
}

const LANE_ADDRESS = '{channel}.{priority}';

export const PUBLICATIONS: readonly Publication[] = [
  {
    exchange: NOTIFICATIONS_EXCHANGE,
    address: LANE_ADDRESS,
    messages: ['Envelope'],
    summary: 'Into a lane: one channel at one priority',
  },
  ...RUNGS.map(
    ({ name }): Publication => ({
      exchange: rungExchange(name),
      address: LANE_ADDRESS,
      messages: ['Envelope'],
      summary: `Back into its lane in ${name}; the routing key stays that of the lane`,
    }),
  ),
  {
    exchange: FAILED_EXCHANGE,
    address: '{routing_key}',
    messages: ['Envelope', 'NotificationEvent', 'Receipt', 'RecipientRejected', 'UserChanged', 'UserErased'],
    summary:
      'For operators: what ended without success, and what could not be handled, as it came; the header `reason` says why',
  },
  {
    exchange: EVENTS_EXCHANGE,
    address: 'notification.{event}',
    messages: ['NotificationEvent'],
    summary: 'What happens to notifications',
  },
  {
    exchange: EVENTS_EXCHANGE,
    address: 'receipt.{channel}',
    messages: ['Receipt'],
    summary: 'What providers tell later',
  },
  {
    exchange: EVENTS_EXCHANGE,
    address: RECIPIENT_REJECTED,
    messages: ['RecipientRejected'],
    summary: 'Addresses that are not to be used any more',
  },
  { exchange: EVENTS_EXCHANGE, address: USER_CHANGED, messages: ['UserChanged'], summary: 'Users that changed' },
  { exchange: EVENTS_EXCHANGE, address: USER_ERASED, messages: ['UserErased'], summary: 'Users that are erased' },
  {
    exchange: EVENTS_EXCHANGE,
    address: TEMPLATE_CHANGED,
    messages: ['TemplateChanged'],
    summary: 'Templates that changed',
  },
];
