import {
  type ChannelWorkerConfig,
  channelWorkerKeys,
  providerOrder,
  type VendorOverrideConfig,
  vendorOverrideKeys,
} from '@notify/channel-worker';
import { type ConfigKeys, loadConfig } from '@notify/service-kit';
import { type MailFromConfig, mailFromKeys } from './mail-from.ts';
import { type EmailProvidersConfig, emailProviderKeys, emailProviderNames } from './providers/index.ts';

export interface EmailConfig extends ChannelWorkerConfig, VendorOverrideConfig, MailFromConfig, EmailProvidersConfig {}

export const emailConfigKeys = {
  ...channelWorkerKeys(8004),
  ...vendorOverrideKeys,
  // Before the providers' keys, which ask what it says.
  /** Comma-separated, the preferred one first. Default smtp. */
  EMAIL_PROVIDERS: providerOrder(emailProviderNames),
  ...emailProviderKeys,
  ...mailFromKeys,
} as ConfigKeys<EmailConfig>;

/** @throws ConfigError with everything that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<EmailConfig> {
  return loadConfig(emailConfigKeys, env);
}
