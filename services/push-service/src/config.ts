import {
  type ChannelWorkerConfig,
  channelWorkerKeys,
  providerOrder,
  type VendorOverrideConfig,
  vendorOverrideKeys,
} from '@notify/channel-worker';
import { type ConfigKeys, loadConfig } from '@notify/service-kit';
import { type PushProvidersConfig, pushProviderKeys, pushProviderNames } from './providers/index.ts';

export interface PushConfig extends ChannelWorkerConfig, VendorOverrideConfig, PushProvidersConfig {}

export const pushConfigKeys = {
  ...channelWorkerKeys(8005),
  ...vendorOverrideKeys,
  // Before the providers' keys, which ask what it says.
  /** Comma-separated: fcm, onesignal. A device token that comes with a request is the first one's. Default fcm. */
  PUSH_PROVIDERS: providerOrder(pushProviderNames),
  ...pushProviderKeys,
} as ConfigKeys<PushConfig>;

/** @throws ConfigError with everything that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<PushConfig> {
  return loadConfig(pushConfigKeys, env);
}
