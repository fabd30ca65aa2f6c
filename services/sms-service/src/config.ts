import {
  type ChannelWorkerConfig,
  channelWorkerKeys,
  providerOrder,
  type VendorOverrideConfig,
  vendorOverrideKeys,
} from '@notify/channel-worker';
import { type ConfigKeys, loadConfig } from '@notify/service-kit';
import { type SmsProvidersConfig, smsProviderKeys, smsProviderNames } from './providers/index.ts';

export interface SmsConfig extends ChannelWorkerConfig, VendorOverrideConfig, SmsProvidersConfig {}

export const smsConfigKeys = {
  ...channelWorkerKeys(8006),
  ...vendorOverrideKeys,
  ...smsProviderKeys,
  /** Comma-separated, the preferred one first. Default twilio. */
  SMS_PROVIDERS: providerOrder(smsProviderNames),
} as ConfigKeys<SmsConfig>;

/** @throws ConfigError with everything that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<SmsConfig> {
  return loadConfig(smsConfigKeys, env);
}
