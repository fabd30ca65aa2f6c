import { createHmac } from 'node:crypto';
import Joi from 'joi';
import { type AttemptIds, attemptKeys, attemptOf } from './attempt-reference.ts';
import { bounceMeaning } from './bounce-meaning.ts';
import { matching, parseBody } from './read-body.ts';
import type { Meaning, VendorReceipts } from './vendor-receipts.ts';
import { isSameSecret, refuseSignature, refuseStale } from './verification.ts';

/*
 * What Mailgun's events mean here: https://documentation.mailgun.com/docs/mailgun/user-manual/events/event-structure
 * `accepted` and a `failed` with the severity `temporary` are on the way.
 */
const BY_EVENT: Readonly<Record<string, Meaning>> = {
  delivered: { outcome: 'delivered' },
  opened: { outcome: 'opened' },
  clicked: { outcome: 'opened' },
  complained: { outcome: 'complained', rejection: 'complaint' },
  unsubscribed: { rejection: 'opted_out' },
  rejected: { outcome: 'undelivered' },
};

/** Why Mailgun did not even try: its own lists. */
const BY_SUPPRESSION: Readonly<Record<string, Meaning>> = {
  'suppress-bounce': { outcome: 'undelivered', rejection: 'hard_bounce' },
  'suppress-complaint': { outcome: 'undelivered', rejection: 'complaint' },
  'suppress-unsubscribe': { outcome: 'undelivered', rejection: 'opted_out' },
};
/**
 * The recipient's server said no, at once or by a mail later: whether Mailgun itself then sends to the address no more. Other reasons
 * (`old`, `generic`, `espblock`) are not about the address.
 */
const IS_HARD_BY_BOUNCE: Readonly<Record<string, boolean>> = { bounce: true, 'delayed-bounce': false };

/** It repeats a request for eight hours: https://help.mailgun.com/hc/en-us/articles/202236504-Webhooks */
export const MAILGUN_MAX_AGE_SECONDS = 9 * 3600;

interface MailgunSignature {
  timestamp: string | number;
  token: string;
  signature: string;
}
const signatureSchema = Joi.object<{ signature: MailgunSignature }>({
  signature: Joi.object({
    timestamp: Joi.alternatives(Joi.string(), Joi.number()).required(),
    token: Joi.string().max(200).required(),
    signature: Joi.string().required(),
  })
    .unknown()
    .required(),
})
  .unknown()
  .required();

interface MailgunEvent {
  event: string;
  id: string;
  timestamp: Date;
  recipient: string;
  severity?: string;
  reason?: string;
  'delivery-status'?: { code?: number; 'enhanced-code'?: string };
  'user-variables': AttemptIds;
}
const eventSchema = Joi.object<{ 'event-data': MailgunEvent }>({
  'event-data': Joi.object({
    event: Joi.string().required(),
    id: Joi.string().max(200).required(),
    timestamp: Joi.date().timestamp('unix').required(),
    recipient: Joi.string().max(320).required(),
    severity: Joi.string(),
    reason: Joi.string().allow(''),
    'delivery-status': Joi.object({ code: Joi.number(), 'enhanced-code': Joi.string().allow('') }).unknown(),
    'user-variables': Joi.object(attemptKeys).unknown().required(),
  })
    .unknown()
    .required(),
})
  .unknown()
  .required();

function meaningOf(event: MailgunEvent): (Meaning & { errorCode: string }) | undefined {
  const { event: name, severity, reason = '', 'delivery-status': status } = event;
  if (name !== 'failed') {
    const meaning = BY_EVENT[name];
    return meaning && { ...meaning, errorCode: name };
  }
  if (severity !== 'permanent') return undefined;
  const suppressed = BY_SUPPRESSION[reason];
  if (suppressed !== undefined) return { ...suppressed, errorCode: reason };
  const enhancedCode = status?.['enhanced-code'] || undefined;
  const isHard = IS_HARD_BY_BOUNCE[reason];
  const meaning: Meaning = isHard === undefined ? { outcome: 'undelivered' } : bounceMeaning(enhancedCode, isHard);
  return { ...meaning, errorCode: enhancedCode ?? String(status?.code ?? name) };
}

/** What is not even JSON bears none. */
function signatureOf(body: Buffer): MailgunSignature | undefined {
  try {
    return matching(signatureSchema, parseBody(body))?.signature;
  } catch {
    return undefined;
  }
}

/** Mailgun's webhooks: one event a request. */
export const mailgunReceipts: VendorReceipts = {
  provider: 'mailgun',
  channel: 'email',
  // An event repeats the mail's headers.
  bodyLimitBytes: 1_000_000,
  settings: ['MAILGUN_WEBHOOK_SIGNING_KEY'],

  /** https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks */
  verify({ body, receivedAt }, { MAILGUN_WEBHOOK_SIGNING_KEY: key }) {
    const given = signatureOf(body);
    const expected = createHmac('sha256', key).update(`${given?.timestamp}${given?.token}`).digest('hex');
    if (given === undefined || !isSameSecret(given.signature, expected)) refuseSignature('MAILGUN_WEBHOOK_SIGNING_KEY');
    refuseStale(given.timestamp, receivedAt, MAILGUN_MAX_AGE_SECONDS);
  },

  onceOnlyToken: ({ body }) => signatureOf(body)?.token ?? '',

  eventsOf({ body }) {
    const event = matching(eventSchema, parseBody(body))?.['event-data'];
    const meaning = event && meaningOf(event);
    if (event === undefined || meaning === undefined) return [];
    return [
      {
        ...meaning,
        id: event.id,
        attempt: attemptOf(event['user-variables']),
        address: event.recipient,
        occurredAt: event.timestamp,
      },
    ];
  },
};
