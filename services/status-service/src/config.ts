import { fields } from '@notify/contracts';
import {
  type ConfigKeys,
  type DataServiceConfig,
  dataServiceKeys,
  loadConfig,
  type NotificationTypesConfig,
  notificationTypesKeys,
  type RedisConfig,
  redisKeys,
} from '@notify/service-kit';
import Joi from 'joi';

export interface StatusConfig extends DataServiceConfig, RedisConfig, NotificationTypesConfig {
  /** Events that are written in one transaction at most. */
  STATUS_BATCH_SIZE: number;
  /** How long the first event of a batch waits for company: this much later a status can be read. */
  STATUS_BATCH_WAIT_MS: number;
  /** How long nothing may be heard of what is not settled before it is resumed; on a rung it may wait an hour beside that. */
  RECONCILE_AFTER_SECONDS: number;
  /** How many whole months before this one the record keeps; what is older is dropped by the month. */
  RECORD_RETENTION_MONTHS: number;
  /** Who is told by email when a critical notification fails, expires or stays unknown; default: nobody. */
  ALERT_EMAIL: string[];
  /** Where that is posted as JSON. */
  ALERT_WEBHOOK_URL?: string;
}

/** Comma-separated. */
const addresses = Joi.string()
  .custom((value: string, helpers) => {
    const all = value.split(',').map((address) => address.trim());
    const areAddresses = all.every((address) => fields.email().required().validate(address).error === undefined);
    return areAddresses ? all : helpers.error('addresses.invalid');
  })
  .messages({ 'addresses.invalid': '{{#label}} must be email addresses, separated by commas' })
  .default([]) as unknown as Joi.Schema<string[]>;

export const statusConfigKeys: ConfigKeys<StatusConfig> = {
  ...dataServiceKeys(8008),
  ...redisKeys,
  ...notificationTypesKeys,
  STATUS_BATCH_SIZE: Joi.number().integer().min(1).max(5_000).default(500),
  STATUS_BATCH_WAIT_MS: Joi.number().integer().min(1).max(1_000).default(20),
  // At most: with the hour on a rung it is well before the claims end, which make a repeat harmless.
  RECONCILE_AFTER_SECONDS: Joi.number().integer().min(1).max(14_400).default(900),
  RECORD_RETENTION_MONTHS: Joi.number().integer().min(1).max(1_200).default(13),
  ALERT_EMAIL: addresses,
  ALERT_WEBHOOK_URL: Joi.string().uri({ scheme: ['http', 'https'] }),
};

/** @throws ConfigError with every problem at once. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<StatusConfig> {
  return loadConfig(statusConfigKeys, env);
}
