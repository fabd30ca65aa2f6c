import { vendorUrl } from '@notify/channel-worker';
import { type ConfigKeys, requiredWhenListed } from '@notify/service-kit';
import Joi from 'joi';

export interface SendgridConfig {
  SENDGRID_API_KEY?: string;
  SENDGRID_REGION: 'global' | 'eu';
  SENDGRID_API_URL?: string;
}

export const sendgridKeys: ConfigKeys<SendgridConfig> = {
  /** With the right "Mail Send". Needed where EMAIL_PROVIDERS names sendgrid. */
  SENDGRID_API_KEY: requiredWhenListed(
    Joi.string().pattern(/^SG\.[\w.-]+$/, 'an API key (SG. ...)'),
    'EMAIL_PROVIDERS',
    'sendgrid',
  ),
  /** Where the account's data stays: `global` or `eu`. Default global. */
  SENDGRID_REGION: Joi.string<SendgridConfig['SENDGRID_REGION']>().valid('global', 'eu').default('global'),
  /** Another address than https://api.sendgrid.com (or https://api.eu.sendgrid.com). Default: SendGrid's. */
  SENDGRID_API_URL: vendorUrl(),
};
