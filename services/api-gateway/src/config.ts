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
import { API_KEY_PATTERN } from './api-key.ts';
import { type ReceiptsConfig, receiptsKeys } from './receipts/receipts-config.ts';

export interface GatewayConfig extends DataServiceConfig, RedisConfig, NotificationTypesConfig, ReceiptsConfig {
  API_KEY: string;
  PUBLIC_URL?: string;
  USER_SERVICE_URL: string;
  TEMPLATE_SERVICE_URL: string;
  STATUS_SERVICE_URL: string;
  IN_APP_SERVICE_URL: string;
}

const url = (defaultUrl: string) =>
  Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default(defaultUrl);

export const gatewayConfigKeys: ConfigKeys<GatewayConfig> = {
  ...dataServiceKeys(8001),
  ...redisKeys,
  ...notificationTypesKeys,
  ...receiptsKeys,
  // The bootstrap key, with every scope; the database keeps only its hash.
  API_KEY: Joi.string()
    .pattern(API_KEY_PATTERN, 'nk_live_<id>_<secret>')
    .required()
    .messages({ 'string.pattern.name': 'API_KEY must look like {#name}' }),
  // Where clients reach the gateway; its documentation names it. Default: the address under which the documentation is read.
  PUBLIC_URL: Joi.string().uri({ scheme: ['http', 'https'] }),
  USER_SERVICE_URL: url('http://localhost:8002'),
  TEMPLATE_SERVICE_URL: url('http://localhost:8003'),
  IN_APP_SERVICE_URL: url('http://localhost:8007'),
  STATUS_SERVICE_URL: url('http://localhost:8008'),
};

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<GatewayConfig> {
  return loadConfig(gatewayConfigKeys, env);
}
