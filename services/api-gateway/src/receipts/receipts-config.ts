import { createPublicKey } from 'node:crypto';
import type { ConfigKeys } from '@notify/service-kit';
import Joi from 'joi';

/** With what the vendors' receipts are verified. A vendor whose settings are missing is answered 401. */
export interface ReceiptsConfig {
  SENDGRID_WEBHOOK_PUBLIC_KEY?: string;
  MAILGUN_WEBHOOK_SIGNING_KEY?: string;
  TWILIO_AUTH_TOKEN?: string;
  TWILIO_STATUS_CALLBACK_BASE?: string;
  ONESIGNAL_WEBHOOK_SECRET?: string;
}

const publicKey = Joi.string()
  .custom((value: string, helpers) => {
    try {
      sendgridPublicKey(value);
      return value;
    } catch {
      return helpers.error('key.unreadable');
    }
  })
  .messages({ 'key.unreadable': '{{#label}} must be the verification key as SendGrid shows it, in base64' });

/** @param base64 a SubjectPublicKeyInfo. @throws what node:crypto throws when it is none. */
export function sendgridPublicKey(base64: string) {
  return createPublicKey({ key: Buffer.from(base64, 'base64'), format: 'der', type: 'spki' });
}

export const receiptsKeys: ConfigKeys<ReceiptsConfig> = {
  /** The verification key of SendGrid's signed event webhook. */
  SENDGRID_WEBHOOK_PUBLIC_KEY: publicKey,
  /** Mailgun's "HTTP webhook signing key", which is not an API key. */
  MAILGUN_WEBHOOK_SIGNING_KEY: Joi.string(),
  /** Twilio signs with the account's token. */
  TWILIO_AUTH_TOKEN: Joi.string(),
  /** What Twilio knows the gateway by; the same that sms-service asks it to call. Twilio signs the whole address. */
  TWILIO_STATUS_CALLBACK_BASE: Joi.string().uri({ scheme: ['http', 'https'] }),
  /** What OneSignal's event stream sends as "Authorization: Bearer <secret>". */
  ONESIGNAL_WEBHOOK_SECRET: Joi.string(),
};
