import { type DataServiceConfig, dataServiceKeys, loadConfig } from '@notify/service-kit';

export const userConfigKeys = dataServiceKeys(8002);

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<DataServiceConfig> {
  return loadConfig(userConfigKeys, env);
}
