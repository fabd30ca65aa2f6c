import { vendorUrl } from '@notify/channel-worker';
import { type ConfigKeys, requiredWhenListed } from '@notify/service-kit';
import Joi from 'joi';

export interface OnesignalConfig {
  ONESIGNAL_APP_ID?: string;
  ONESIGNAL_API_KEY?: string;
  ONESIGNAL_API_URL?: string;
}

export const onesignalKeys: ConfigKeys<OnesignalConfig> = {
  /** The app, a UUID. Needed where PUSH_PROVIDERS names onesignal. */
  ONESIGNAL_APP_ID: requiredWhenListed(Joi.string().guid(), 'PUSH_PROVIDERS', 'onesignal'),
  /** The app's API key. Needed where PUSH_PROVIDERS names onesignal. */
  ONESIGNAL_API_KEY: requiredWhenListed(Joi.string(), 'PUSH_PROVIDERS', 'onesignal'),
  /** Another address than https://api.onesignal.com. Default: OneSignal's. */
  ONESIGNAL_API_URL: vendorUrl(),
};
