import {
  type ChannelWorkerConfig,
  channelWorkerKeys,
  providerOrder,
  type VendorOverrideConfig,
  vendorOverrideKeys,
} from '@notify/channel-worker';
import { type ConfigKeys, loadConfig } from '@notify/service-kit';
import type Joi from 'joi';
import { type PushProvidersConfig, pushProviderKeys, pushProviderNames } from './providers/index.ts';

export interface PushConfig extends ChannelWorkerConfig, VendorOverrideConfig, PushProvidersConfig {}

/** A device's token belongs to one vendor. Another would call it dead, and the device would be forgotten. */
function oneProvider(names: typeof pushProviderNames): Joi.Schema<string[]> {
  const order = providerOrder(names) as Joi.AnySchema<string[]>;
  return order
    .custom((value: string[], helpers) => (value.length === 1 ? value : helpers.error('providers.several')))
    .messages({ 'providers.several': '{{#label}} must name one provider: the tokens of devices belong to one vendor' });
}

export const pushConfigKeys = {
  ...channelWorkerKeys(8005),
  ...vendorOverrideKeys,
  // Before the providers' keys, which ask what it says.
  /** One of fcm, onesignal. Default fcm. */
  PUSH_PROVIDERS: oneProvider(pushProviderNames),
  ...pushProviderKeys,
} as ConfigKeys<PushConfig>;

/** @throws ConfigError with everything that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<PushConfig> {
  return loadConfig(pushConfigKeys, env);
}
