import { runChannelWorker } from '@notify/channel-worker';
import { createLogger, readConfigOrExit, runService } from '@notify/service-kit';
import { readConfig } from './config.ts';
import { createSmsProviders } from './providers/index.ts';

const NAME = 'sms-service';
const config = readConfigOrExit(readConfig, process.env);
const logger = createLogger(NAME, config.LOG_LEVEL);

await runService(logger, (lifecycle) =>
  runChannelWorker({ channel: 'sms', name: NAME, config, providers: createSmsProviders(config), logger, lifecycle }),
);
