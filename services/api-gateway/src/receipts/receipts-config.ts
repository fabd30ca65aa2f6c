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
  /** In production no sandbox stands for a vendor: it does not start there. */
  NODE_ENV?: string;
  /** Whether the sandbox stands for the vendor: only then the keys that it signs with are taken. */
  SENDGRID_API_URL?: string;
  MAILGUN_API_URL?: string;
  TWILIO_API_URL?: string;
  ONESIGNAL_API_URL?: string;
}

/** What the provider-sandbox signs with. Everybody can read it here, and so could sign. */
const SANDBOX_SENDGRID_KEY =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE9fRLEQHv0s7xaQrFaN9aQYocaAK/vTTXjyzcqQru7aMUTMIxaVAzu1cG0qlsZc9snOxHtiBHzvlejEfdMHVLgw==';
const SANDBOX_SECRET = 'sandbox';
const SANDBOX_ADDRESS = /^http:\/\/(localhost|127\.0\.0\.1|provider-sandbox)(:\d+)?\/?$/;

type AddressKey = Extract<keyof ReceiptsConfig, `${string}_API_URL`>;

/** A setting that is refused when it is the sandbox's, in production, or where `addressKey` does not say that the sandbox stands for the vendor. */
function ownUnlessSandbox(schema: Joi.StringSchema, sandboxValue: string, addressKey: AddressKey): Joi.StringSchema {
  const own = schema
    .invalid(sandboxValue)
    .messages({ 'any.invalid': `{{#label}} is the sandbox's, which everybody knows: set your own, or none` });
  return schema.when('NODE_ENV', {
    is: 'production',
    then: own,
    otherwise: schema.when(addressKey, { is: Joi.string().pattern(SANDBOX_ADDRESS).required(), otherwise: own }),
  });
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
  NODE_ENV: Joi.string(),
  /** The verification key of SendGrid's signed event webhook. */
  SENDGRID_WEBHOOK_PUBLIC_KEY: ownUnlessSandbox(publicKey, SANDBOX_SENDGRID_KEY, 'SENDGRID_API_URL'),
  /** Mailgun's "HTTP webhook signing key", which is not an API key. */
  MAILGUN_WEBHOOK_SIGNING_KEY: ownUnlessSandbox(Joi.string(), SANDBOX_SECRET, 'MAILGUN_API_URL'),
  /** Twilio signs with the account's token. */
  TWILIO_AUTH_TOKEN: ownUnlessSandbox(Joi.string(), SANDBOX_SECRET, 'TWILIO_API_URL'),
  /** What Twilio knows the gateway by; the same that sms-service asks it to call. Twilio signs the whole address. */
  TWILIO_STATUS_CALLBACK_BASE: Joi.string().uri({ scheme: ['http', 'https'] }),
  /** What OneSignal's event stream sends as "Authorization: Bearer <secret>". */
  ONESIGNAL_WEBHOOK_SECRET: ownUnlessSandbox(Joi.string(), SANDBOX_SECRET, 'ONESIGNAL_API_URL'),
  SENDGRID_API_URL: Joi.string(),
  MAILGUN_API_URL: Joi.string(),
  TWILIO_API_URL: Joi.string(),
  ONESIGNAL_API_URL: Joi.string(),
};
