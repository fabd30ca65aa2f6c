import { vendorUrl } from '@notify/channel-worker';
import { type ConfigKeys, certificateFile } from '@notify/service-kit';
import Joi from 'joi';

export interface TwilioConfig {
  TWILIO_ACCOUNT_SID: string;
  TWILIO_AUTH_TOKEN: string;
  TWILIO_FROM: string;
  TWILIO_API_URL?: string;
  TWILIO_CA_BUNDLE?: string;
  TWILIO_STATUS_CALLBACK_BASE?: string;
}

export const twilioKeys: ConfigKeys<TwilioConfig> = {
  /** Of the account, not of an API key. */
  TWILIO_ACCOUNT_SID: Joi.string()
    .pattern(/^AC[0-9a-f]{32}$/, 'AC and 32 hexadecimal digits')
    .required(),
  TWILIO_AUTH_TOKEN: Joi.string().required(),
  /** A number (E.164), a short code, an alphanumeric sender, or the id (MG...) of a messaging service. */
  TWILIO_FROM: Joi.string()
    .pattern(/^(\+?[1-9]\d{2,14}|MG[0-9a-f]{32}|[A-Za-z0-9 ]{1,11})$/, 'a sender')
    .required(),
  /** Another address than https://api.twilio.com. Default: Twilio's. */
  TWILIO_API_URL: vendorUrl(),
  /** A PEM file with the only authorities that may vouch for Twilio. Default: those that Node trusts. */
  TWILIO_CA_BUNDLE: certificateFile,
  /**
   * Where Twilio reaches our api-gateway with its receipts. Default: none are asked for; with TWILIO_API_URL
   * http://localhost:8001, since the sandbox recognises our messages by it (Twilio itself refuses such an address).
   */
  TWILIO_STATUS_CALLBACK_BASE: Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .when('TWILIO_API_URL', {
      is: Joi.exist(),
      then: Joi.string().default('http://localhost:8001'),
    }),
};
