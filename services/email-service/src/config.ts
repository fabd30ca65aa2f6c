import { type ChannelWorkerConfig, channelWorkerKeys, providerOrder } from '@notify/channel-worker';
import { type ConfigKeys, loadConfig } from '@notify/service-kit';
import Joi from 'joi';
import { type EmailProvidersConfig, emailProviderKeys, emailProviderNames } from './providers/index.ts';

export interface EmailConfig extends ChannelWorkerConfig, EmailProvidersConfig {
  NODE_ENV?: string;
}

export const emailConfigKeys = {
  ...channelWorkerKeys(8004),
  ...emailProviderKeys,
  NODE_ENV: Joi.string(),
  /** Comma-separated, the preferred one first. Default smtp. */
  EMAIL_PROVIDERS: providerOrder(emailProviderNames),
} as ConfigKeys<EmailConfig>;

/** @throws ConfigError with everything that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<EmailConfig> {
  return loadConfig(emailConfigKeys, env);
}
