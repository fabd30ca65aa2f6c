import { type ChannelWorkerConfig, channelWorkerKeys } from '@notify/channel-worker';
import { type ConfigKeys, loadConfig, type PostgresConfig, postgresKeys } from '@notify/service-kit';

export interface InAppConfig extends ChannelWorkerConfig, PostgresConfig {}

export const inAppConfigKeys: ConfigKeys<InAppConfig> = { ...channelWorkerKeys(8007), ...postgresKeys };

/** @throws ConfigError with everything that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<InAppConfig> {
  return loadConfig(inAppConfigKeys, env);
}
