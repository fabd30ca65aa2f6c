import {
  type ConfigKeys,
  type DataServiceConfig,
  dataServiceKeys,
  loadConfig,
  type RedisConfig,
  redisKeys,
} from '@notify/service-kit';
import Joi from 'joi';

export interface StatusConfig extends DataServiceConfig, RedisConfig {
  /** Events that are written in one transaction at most. */
  STATUS_BATCH_SIZE: number;
  /** How long the first event of a batch waits for company: this much later a status can be read. */
  STATUS_BATCH_WAIT_MS: number;
}

export const statusConfigKeys: ConfigKeys<StatusConfig> = {
  ...dataServiceKeys(8008),
  ...redisKeys,
  STATUS_BATCH_SIZE: Joi.number().integer().min(1).max(5_000).default(500),
  STATUS_BATCH_WAIT_MS: Joi.number().integer().min(1).max(1_000).default(20),
};

/** @throws ConfigError with every problem at once. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<StatusConfig> {
  return loadConfig(statusConfigKeys, env);
}
