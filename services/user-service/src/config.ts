import {
  type HttpConfig,
  httpKeys,
  loadConfig,
  type PostgresConfig,
  postgresKeys,
  type RabbitmqConfig,
  rabbitmqKeys,
  type ServiceTokenConfig,
  serviceTokenKeys,
} from '@notify/service-kit';

export interface UserServiceConfig extends HttpConfig, RabbitmqConfig, PostgresConfig, ServiceTokenConfig {}

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<UserServiceConfig> {
  return loadConfig<UserServiceConfig>(
    { ...httpKeys(8002), ...rabbitmqKeys, ...postgresKeys, ...serviceTokenKeys },
    env,
  );
}
