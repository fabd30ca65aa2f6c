import { createHmac } from 'node:crypto';
import { AppError } from '@notify/contracts';
import Joi from 'joi';
import { attemptKeys, attemptOf } from './attempt-reference.ts';
import { matching } from './read-body.ts';
import {
  type Meaning,
  SINGLE_EVENT_BYTES,
  type VendorEvent,
  type VendorReceipts,
  type VendorRequest,
} from './vendor-receipts.ts';
import { isSameSecret, refuseSignature } from './verification.ts';

/*
 * What Twilio's message statuses mean here: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
 * Others (`queued`, `sending`, `sent`, ...) are on the way.
 */
const BY_STATUS: Readonly<Record<string, Meaning>> = {
  delivered: { outcome: 'delivered' },
  read: { outcome: 'opened' },
  undelivered: { outcome: 'undelivered' },
  failed: { outcome: 'undelivered' },
  canceled: { outcome: 'undelivered' },
};

/** Why a message was `failed` or `undelivered`, where the number is to blame: https://www.twilio.com/docs/api/errors */
const BY_ERROR_CODE: Readonly<Record<string, Meaning>> = {
  // The number is not valid, can't receive SMS, is a landline; blocked, unknown, a landline or its carrier can't be reached.
  ...Object.fromEntries(
    ['21211', '21614', '21635', '30004', '30005', '30006'].map((code) => [
      code,
      { outcome: 'bounced', rejection: 'hard_bounce' } satisfies Meaning,
    ]),
  ),
  // The person has said STOP to this sender.
  21610: { outcome: 'undelivered', rejection: 'opted_out' },
};

/** The words that Twilio itself takes for a STOP: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out */
const STOP_WORDS = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'REVOKE', 'OPTOUT'];

const E164 = /^\+[1-9]\d{6,14}$/;
const SID = /^[A-Za-z0-9]{1,64}$/;
const attemptSchema = Joi.object(attemptKeys).unknown().required();

const formOf = (body: Buffer): URLSearchParams => new URLSearchParams(body.toString());

/** Twilio may leave the port out of what it signs: its own SDK tries both. */
function addressesOf(base: string, target: string): string[] {
  const bare = base.replace(/\/$/, '');
  return [bare, bare.replace(/:\d+(?=\/|$)/, '')].map((address) => `${address}${target}`);
}

/** Twilio has about thirty; this is read before the signature is known. */
const MAX_FIELDS = 200;

/** Every name with its values, both sorted, each value once: as Twilio's own SDK does it (lib/webhooks). */
function signedFields(form: URLSearchParams): string {
  const sorted = [...form].sort(([name, value], [otherName, otherValue]) =>
    name === otherName ? inOrder(value, otherValue) : inOrder(name, otherName),
  );
  const isRepeat = ([name, value]: [string, string], index: number) =>
    sorted[index - 1]?.[0] === name && sorted[index - 1]?.[1] === value;
  return sorted
    .filter((field, index) => !isRepeat(field, index))
    .flat()
    .join('');
}

const inOrder = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** A person wrote to our number. Only a STOP means something here, whoever it is. */
function stopOf(form: URLSearchParams, receivedAt: Date): VendorEvent[] {
  const [id, from] = [form.get('MessageSid') ?? '', form.get('From') ?? ''];
  const word = form.get('OptOutType') ?? form.get('Body')?.trim().toUpperCase() ?? '';
  if (!STOP_WORDS.includes(word) || !SID.test(id) || !E164.test(from)) return [];
  return [{ id: `${id}.stop`, address: from, rejection: 'opted_out', errorCode: 'STOP', occurredAt: receivedAt }];
}

function statusOf({ target, receivedAt }: VendorRequest, form: URLSearchParams): VendorEvent[] {
  const [id, status] = [form.get('MessageSid') ?? '', form.get('MessageStatus') ?? ''];
  const errorCode = form.get('ErrorCode') || status;
  const meaning = BY_STATUS[status];
  const query = target.includes('?') ? target.slice(target.indexOf('?')) : '';
  const attempt = matching(attemptSchema, Object.fromEntries(new URLSearchParams(query)));
  if (meaning === undefined || attempt === undefined || !SID.test(id)) return [];
  return [
    {
      ...(meaning.outcome === 'undelivered' ? (BY_ERROR_CODE[errorCode] ?? meaning) : meaning),
      id: `${id}.${status}`,
      attempt: attemptOf(attempt),
      address: form.get('To') ?? '',
      errorCode,
      occurredAt: receivedAt,
    },
  ];
}

/** Twilio's status callbacks, whose query names the attempt, and the messages that people send to our number. */
export const twilioReceipts: VendorReceipts = {
  provider: 'twilio',
  channel: 'sms',
  bodyLimitBytes: SINGLE_EVENT_BYTES,
  settings: ['TWILIO_AUTH_TOKEN', 'TWILIO_STATUS_CALLBACK_BASE'],

  /** https://www.twilio.com/docs/usage/webhooks/webhooks-security. No timestamp is signed: a repeat is recognised by its id. */
  verify({ target, headers, body }, config) {
    const form = formOf(body);
    if (form.size > MAX_FIELDS) throw new AppError('payload_too_large', `More than ${MAX_FIELDS} fields`);
    const fields = signedFields(form);
    const given = String(headers['x-twilio-signature'] ?? '');
    const isTwilios = addressesOf(config.TWILIO_STATUS_CALLBACK_BASE, target).some((address) =>
      isSameSecret(given, createHmac('sha1', config.TWILIO_AUTH_TOKEN).update(`${address}${fields}`).digest('base64')),
    );
    if (!isTwilios) refuseSignature('TWILIO_AUTH_TOKEN', 'TWILIO_STATUS_CALLBACK_BASE');
  },

  eventsOf(request) {
    const form = formOf(request.body);
    return form.get('SmsStatus') === 'received' ? stopOf(form, request.receivedAt) : statusOf(request, form);
  },
};
