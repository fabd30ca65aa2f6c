import Joi from 'joi';
import { attemptKeys, attemptOf } from './attempt-reference.ts';
import { matching, parseBody } from './read-body.ts';
import { type Meaning, SINGLE_EVENT_BYTES, type VendorReceipts } from './vendor-receipts.ts';
import { isSameSecret, refuseSignature } from './verification.ts';

/*
 * What the events of OneSignal's event streams mean here: https://documentation.onesignal.com/docs/en/event-streams-data
 * `message.push.sent` is on the way. Not every platform tells that a push was received (OneSignal's "Confirmed Delivery").
 */
const BY_KIND: Readonly<Record<string, Meaning>> = {
  'message.push.received': { outcome: 'delivered' },
  'message.push.clicked': { outcome: 'opened' },
  'message.push.failed': { outcome: 'undelivered' },
  'message.push.unsubscribed': { outcome: 'undelivered', rejection: 'opted_out' },
};

/** The body is what an operator makes it: docs/receipts.md gives the one that this takes, with the names of OneSignal's own example. */
interface OnesignalEvent {
  'event.kind': string;
  'event.id': string;
  'event.timestamp': Date;
  'event.subscription_id': string;
  /** The message's name, which our adapter makes of the attempt's ids: an event stream repeats no other field of ours. */
  'message.name': string;
}
const eventSchema = Joi.object<OnesignalEvent>({
  'event.kind': Joi.string().required(),
  'event.id': Joi.string().max(200).required(),
  'event.timestamp': Joi.date().timestamp('unix').required(),
  'event.subscription_id': Joi.string().max(200).required(),
  'message.name': Joi.string().required(),
})
  .unknown()
  .required();
const attemptSchema = Joi.object(attemptKeys).required();

/** `<notification id>.<epoch>.<hop>.<attempt>`. */
function attemptNamed(name: string) {
  const [notification_id, epoch, hop, attempt] = name.split('.');
  return matching(attemptSchema, { notification_id, epoch, hop, attempt });
}

/** OneSignal's event streams. They sign nothing: a secret that the operator gives to OneSignal says who it is (ADR 0010). */
export const onesignalReceipts: VendorReceipts = {
  provider: 'onesignal',
  channel: 'push',
  bodyLimitBytes: SINGLE_EVENT_BYTES,
  settings: ['ONESIGNAL_WEBHOOK_SECRET'],

  verify({ headers }, { ONESIGNAL_WEBHOOK_SECRET: secret }) {
    if (!isSameSecret(headers.authorization ?? '', `Bearer ${secret}`)) refuseSignature('ONESIGNAL_WEBHOOK_SECRET');
  },

  eventsOf({ body }) {
    const event = matching(eventSchema, parseBody(body));
    const attempt = event && attemptNamed(event['message.name']);
    const meaning = event && BY_KIND[event['event.kind']];
    if (event === undefined || attempt === undefined || meaning === undefined) return [];
    return [
      {
        ...meaning,
        id: event['event.id'],
        attempt: attemptOf(attempt),
        address: event['event.subscription_id'],
        errorCode: event['event.kind'],
        occurredAt: event['event.timestamp'],
      },
    ];
  },
};
