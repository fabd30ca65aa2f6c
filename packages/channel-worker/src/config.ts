import { SYNC_TRY_TIMEOUT_MS } from '@notify/contracts';
import {
  type ConfigKeys,
  type HttpConfig,
  httpKeys,
  type NotificationTypesConfig,
  notificationTypesKeys,
  type RabbitmqConfig,
  type RedisConfig,
  rabbitmqKeys,
  redisKeys,
  type ServiceTokenConfig,
  serviceTokenKeys,
} from '@notify/service-kit';
import Joi from 'joi';

export interface ChannelWorkerConfig
  extends HttpConfig,
    RabbitmqConfig,
    RedisConfig,
    ServiceTokenConfig,
    NotificationTypesConfig {
  USER_SERVICE_URL: string;
  TEMPLATE_SERVICE_URL: string;
  PROVIDER_TIMEOUT_MS: number;
  PREFETCH: number;
  USER_CAP: number;
  USER_CAP_WINDOW_SECONDS: number;
}

const serviceUrl = (port: number) =>
  Joi.string()
    .uri({ scheme: ['http', 'https'] })
    .default(`http://localhost:${port}`);

/** What every channel worker reads from its environment. */
export function channelWorkerKeys(defaultPort: number): ConfigKeys<ChannelWorkerConfig> {
  return {
    ...httpKeys(defaultPort),
    ...rabbitmqKeys,
    ...redisKeys,
    ...serviceTokenKeys,
    ...notificationTypesKeys,
    USER_SERVICE_URL: serviceUrl(8002),
    TEMPLATE_SERVICE_URL: serviceUrl(8003),
    // How long the provider calls of one go may take together, in milliseconds. Less than a stopping service waits for (consumer.ts).
    PROVIDER_TIMEOUT_MS: Joi.number().integer().min(SYNC_TRY_TIMEOUT_MS).max(30_000).default(30_000),
    // How many messages of a lane a worker holds at once.
    PREFETCH: Joi.number().integer().min(1).max(1000).default(32),
    // How many notifications a person may get in any window; 0 for no cap.
    USER_CAP: Joi.number().integer().min(0).max(10_000).default(0),
    USER_CAP_WINDOW_SECONDS: Joi.number().integer().min(1).max(2_592_000).default(3_600),
  };
}
