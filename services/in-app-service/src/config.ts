import { type ChannelWorkerConfig, channelWorkerKeys } from '@notify/channel-worker';
import { loadConfig, type PostgresConfig, postgresKeys } from '@notify/service-kit';

export interface InAppConfig extends ChannelWorkerConfig, PostgresConfig {}

/** @throws ConfigError with everything that is wrong. */
export function readConfig(env: NodeJS.ProcessEnv): Readonly<InAppConfig> {
  return loadConfig<InAppConfig>({ ...channelWorkerKeys(8007), ...postgresKeys }, env);
}
