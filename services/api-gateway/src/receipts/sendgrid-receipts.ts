import { verify } from 'node:crypto';
import Joi from 'joi';
import { type AttemptIds, attemptKeys, attemptOf } from './attempt-reference.ts';
import { bounceMeaning } from './bounce-meaning.ts';
import { matching, parseBody } from './read-body.ts';
import { sendgridPublicKey } from './receipts-config.ts';
import type { Meaning, VendorEvent, VendorReceipts } from './vendor-receipts.ts';
import { refuseSignature, refuseStale } from './verification.ts';

/*
 * What SendGrid's events mean here: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
 * `processed` and `deferred` are on the way; `group_unsubscribe` is about groups, which we don't use.
 */
const BY_EVENT: Readonly<Record<string, Meaning>> = {
  delivered: { outcome: 'delivered' },
  open: { outcome: 'opened' },
  click: { outcome: 'opened' },
  spamreport: { outcome: 'complained', rejection: 'complaint' },
  unsubscribe: { rejection: 'opted_out' },
};

/** Why SendGrid did not even try; other reasons are about the mail. The lists are SendGrid's own. */
const BY_DROP_REASON: Readonly<Record<string, Meaning>> = {
  'Bounced Address': { outcome: 'undelivered', rejection: 'hard_bounce' },
  Invalid: { outcome: 'undelivered', rejection: 'hard_bounce' },
  'Spam Reporting Address': { outcome: 'undelivered', rejection: 'complaint' },
  'Unsubscribed Address': { outcome: 'undelivered', rejection: 'opted_out' },
};

/** It repeats a request for 24 hours: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook */
const MAX_AGE_SECONDS = 25 * 3600;

interface SendgridEvent extends AttemptIds {
  event: string;
  email: string;
  timestamp: Date;
  sg_event_id: string;
  /** Of a bounce: `bounce`, or `blocked` where another mail may get through. */
  type?: string;
  /** Of a bounce: the enhanced status code. */
  status?: string;
  reason?: string;
}
const eventSchema = Joi.object<SendgridEvent>({
  event: Joi.string().required(),
  email: Joi.string().max(320).required(),
  timestamp: Joi.date().timestamp('unix').required(),
  sg_event_id: Joi.string().max(200).required(),
  type: Joi.string(),
  status: Joi.string().allow(''),
  reason: Joi.string().allow(''),
  ...attemptKeys,
})
  .unknown()
  .required();

function meaningOf(event: SendgridEvent): (Meaning & { errorCode: string }) | undefined {
  const { event: name, type, status = '', reason = '' } = event;
  const enhancedCode = /^[45]\.\d{1,3}\.\d{1,3}$/.test(status) ? status : undefined;
  if (name === 'bounce') {
    const meaning: Meaning =
      type === 'blocked' ? { outcome: 'undelivered' } : bounceMeaning(enhancedCode, type === 'bounce');
    return { ...meaning, errorCode: enhancedCode ?? type ?? name };
  }
  if (name === 'dropped') {
    const known = BY_DROP_REASON[reason];
    // Only a reason that is known is safe to show: others may quote the address.
    const errorCode = known === undefined ? name : `${name}/${reason.toLowerCase().replaceAll(' ', '_')}`;
    return { ...(known ?? { outcome: 'undelivered' }), errorCode };
  }
  const meaning = BY_EVENT[name];
  return meaning && { ...meaning, errorCode: name };
}

/** The event webhook, with "Signed Event Webhook" switched on: up to a thousand events and more in one request. */
export const sendgridReceipts: VendorReceipts = {
  provider: 'sendgrid',
  channel: 'email',
  // It collects events up to 768 KB and a bit more.
  bodyLimitBytes: 2_000_000,
  settings: ['SENDGRID_WEBHOOK_PUBLIC_KEY'],

  /** https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features */
  verify({ headers, body, receivedAt }, config) {
    const signature = String(headers['x-twilio-email-event-webhook-signature'] ?? '');
    const timestamp = String(headers['x-twilio-email-event-webhook-timestamp'] ?? '');
    const signed = Buffer.concat([Buffer.from(timestamp), body]);
    const key = sendgridPublicKey(config.SENDGRID_WEBHOOK_PUBLIC_KEY);
    if (!verify('sha256', signed, key, Buffer.from(signature, 'base64'))) {
      refuseSignature('SENDGRID_WEBHOOK_PUBLIC_KEY');
    }
    refuseStale(timestamp, receivedAt, MAX_AGE_SECONDS);
  },

  eventsOf({ body }) {
    const events = parseBody(body);
    return (Array.isArray(events) ? events : [events]).flatMap((json): VendorEvent[] => {
      const event = matching(eventSchema, json);
      const meaning = event && meaningOf(event);
      if (event === undefined || meaning === undefined) return [];
      return [
        {
          ...meaning,
          id: event.sg_event_id,
          attempt: attemptOf(event),
          address: event.email,
          occurredAt: event.timestamp,
        },
      ];
    });
  },
};
