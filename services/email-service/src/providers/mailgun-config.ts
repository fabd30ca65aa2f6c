import { vendorUrl } from '@notify/channel-worker';
import { type ConfigKeys, requiredWhenListed } from '@notify/service-kit';
import Joi from 'joi';

export interface MailgunConfig {
  MAILGUN_API_KEY?: string;
  MAILGUN_DOMAIN?: string;
  MAILGUN_REGION: 'us' | 'eu';
  MAILGUN_API_URL?: string;
}

export const mailgunKeys: ConfigKeys<MailgunConfig> = {
  /** A sending key of the domain, or one of the account. Needed where EMAIL_PROVIDERS names mailgun. */
  MAILGUN_API_KEY: requiredWhenListed(Joi.string(), 'EMAIL_PROVIDERS', 'mailgun'),
  /** The domain that the account sends from. Needed where EMAIL_PROVIDERS names mailgun. */
  MAILGUN_DOMAIN: requiredWhenListed(Joi.string().hostname(), 'EMAIL_PROVIDERS', 'mailgun'),
  /** Where the domain lives: `us` or `eu`. Default us. */
  MAILGUN_REGION: Joi.string<MailgunConfig['MAILGUN_REGION']>().valid('us', 'eu').default('us'),
  /** Another address than https://api.mailgun.net (or https://api.eu.mailgun.net). Default: Mailgun's. */
  MAILGUN_API_URL: vendorUrl(),
};
