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

export interface TemplateServiceConfig extends HttpConfig, RabbitmqConfig, PostgresConfig, ServiceTokenConfig {}

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<TemplateServiceConfig> {
  return loadConfig<TemplateServiceConfig>(
    { ...httpKeys(8003), ...rabbitmqKeys, ...postgresKeys, ...serviceTokenKeys },
    env,
  );
}
