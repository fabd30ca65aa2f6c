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
import { crossOrigins } from './cross-origin.ts';
import type { LiveSocketsConfig } from './live/live-sockets.ts';
import type { RateLimitConfig } from './rate-limits.ts';
import { type ReceiptsConfig, receiptsKeys } from './receipts/receipts-config.ts';

export interface GatewayConfig
  extends DataServiceConfig,
    RedisConfig,
    NotificationTypesConfig,
    RateLimitConfig,
    LiveSocketsConfig,
    ReceiptsConfig {
  API_KEY: string;
  /** Messages in a lane above which no more are taken for it, critical ones excepted; 0: no limit. */
  LANE_DEPTH_LIMIT: number;
  /** How long a user's token is good. */
  USER_TOKEN_LIFETIME_SECONDS: number;
  /** Whose pages may call what users' tokens are good for; `*`: anybody's. */
  CORS_ORIGINS: string[];
  PUBLIC_URL?: string;
  USER_SERVICE_URL: string;
  TEMPLATE_SERVICE_URL: string;
  STATUS_SERVICE_URL: string;
  IN_APP_SERVICE_URL: string;
  WEBHOOK_SERVICE_URL: string;
}

const limit = (atMost: number) => Joi.number().integer().min(0).default(atMost);

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
  // How many in a second, 0 for no limit: requests of one API key, of all; requests from one address that
  // no key lets in; notifications that may use a channel. Per user: in a minute.
  RATE_LIMIT_PER_KEY: limit(2_000),
  RATE_LIMIT_GLOBAL: limit(10_000),
  RATE_LIMIT_PER_ADDRESS: limit(1_000),
  RATE_LIMIT_PER_USER: limit(0),
  RATE_LIMIT_EMAIL: limit(5_000),
  RATE_LIMIT_SMS: limit(2_000),
  RATE_LIMIT_PUSH: limit(5_000),
  RATE_LIMIT_IN_APP: limit(5_000),
  LANE_DEPTH_LIMIT: limit(200_000),
  WEBSOCKET_MAX_SOCKETS: Joi.number().integer().min(0).default(10_000),
  WEBSOCKET_HEARTBEAT_SECONDS: Joi.number().integer().min(1).max(300).default(30),
  WEBSOCKET_MAX_BUFFERED_BYTES: Joi.number().integer().min(65_536).default(1_048_576),
  USER_TOKEN_LIFETIME_SECONDS: Joi.number().integer().min(60).max(86_400).default(900),
  CORS_ORIGINS: crossOrigins,
  // Where clients reach the gateway; its documentation names it. Default: the address under which the documentation is read.
  PUBLIC_URL: Joi.string().uri({ scheme: ['http', 'https'] }),
  USER_SERVICE_URL: url('http://localhost:8002'),
  TEMPLATE_SERVICE_URL: url('http://localhost:8003'),
  IN_APP_SERVICE_URL: url('http://localhost:8007'),
  STATUS_SERVICE_URL: url('http://localhost:8008'),
  WEBHOOK_SERVICE_URL: url('http://localhost:8009'),
};

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<GatewayConfig> {
  return loadConfig(gatewayConfigKeys, env);
}
