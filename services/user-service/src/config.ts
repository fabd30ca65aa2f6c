import {
  type ConfigKeys,
  type DataServiceConfig,
  dataServiceKeys,
  loadConfig,
  type RedisConfig,
  redisKeys,
} from '@notify/service-kit';

export interface UserConfig extends DataServiceConfig, RedisConfig {}

export const userConfigKeys: ConfigKeys<UserConfig> = { ...dataServiceKeys(8002), ...redisKeys };

/** @throws ConfigError with every problem. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<UserConfig> {
  return loadConfig(userConfigKeys, env);
}
