import { type ConfigKeys, type DataServiceConfig, dataServiceKeys, loadConfig } from '@notify/service-kit';
import Joi from 'joi';
import { RETRY_DELAYS_SECONDS } from './retry-schedule.ts';

export interface WebhookConfig extends DataServiceConfig {
  NODE_ENV?: string;
  /** The key of the webhooks' secrets at rest is derived from it. At least 32 characters. */
  WEBHOOK_ENCRYPTION_KEY: string;
  /** Whether http and addresses of private networks and of this machine are allowed as well. Default: not with NODE_ENV=production. */
  WEBHOOK_ALLOW_PRIVATE: boolean;
  /** How long one request may take, in milliseconds. */
  WEBHOOK_TIMEOUT_MS: number;
  /** Requests at a time to one webhook, per instance. */
  WEBHOOK_CONCURRENCY: number;
  /** Seconds before each try. */
  WEBHOOK_RETRY_SECONDS: readonly number[];
  /** A webhook for which nothing has succeeded for so long is disabled. */
  WEBHOOK_DISABLE_AFTER_HOURS: number;
  /** How long deliveries can be looked at and sent again. */
  WEBHOOK_LOG_RETENTION_DAYS: number;
}

/** Comma-separated. */
const retrySeconds = Joi.string()
  .custom((value: string, helpers) => {
    const texts = value.split(',').map((text) => text.trim());
    const delays = texts.map(Number);
    const areDelays = texts.every((text) => /^\d+$/.test(text)) && delays.every((delay) => delay <= 86_400);
    return areDelays && delays.length <= 20 ? delays : helpers.error('delays.invalid');
  })
  .messages({ 'delays.invalid': '{{#label}} must be up to 20 numbers from 0 to 86400, separated by commas' })
  .default(RETRY_DELAYS_SECONDS) as unknown as Joi.Schema<readonly number[]>;

export const webhookConfigKeys: ConfigKeys<WebhookConfig> = {
  ...dataServiceKeys(8009),
  NODE_ENV: Joi.string(),
  WEBHOOK_ENCRYPTION_KEY: Joi.string().min(32).required(),
  WEBHOOK_ALLOW_PRIVATE: Joi.boolean().when('NODE_ENV', {
    is: 'production',
    then: Joi.boolean().default(false),
    otherwise: Joi.boolean().default(true),
  }),
  WEBHOOK_TIMEOUT_MS: Joi.number().integer().min(1_000).max(30_000).default(15_000),
  WEBHOOK_CONCURRENCY: Joi.number().integer().min(1).max(100).default(10),
  WEBHOOK_RETRY_SECONDS: retrySeconds,
  WEBHOOK_DISABLE_AFTER_HOURS: Joi.number().integer().min(1).max(720).default(120),
  WEBHOOK_LOG_RETENTION_DAYS: Joi.number().integer().min(1).max(365).default(30),
};

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<WebhookConfig> {
  return loadConfig(webhookConfigKeys, env);
}
