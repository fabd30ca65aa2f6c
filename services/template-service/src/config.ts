import { type DataServiceConfig, dataServiceKeys, loadConfig } from '@notify/service-kit';

export const templateConfigKeys = dataServiceKeys(8003);

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<DataServiceConfig> {
  return loadConfig(templateConfigKeys, env);
}
