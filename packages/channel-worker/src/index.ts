export { type ChannelWorkerConfig, channelWorkerKeys } from './config.ts';
export * from './lost-connection.ts';
export * from './provider.ts';
export * from './provider-keys.ts';
export * from './retry-after.ts';
export { type ChannelWorkerOptions, runChannelWorker } from './run-channel-worker.ts';
