import { runChannelWorker } from '@notify/channel-worker';
import { createLogger, readConfigOrExit, runService } from '@notify/service-kit';
import { readConfig } from './config.ts';
import { createPushProviders } from './providers/index.ts';

const NAME = 'push-service';
const config = readConfigOrExit(readConfig, process.env);
const logger = createLogger(NAME, config.LOG_LEVEL);

await runService(logger, async (lifecycle) =>
  runChannelWorker({
    channel: 'push',
    name: NAME,
    config,
    providers: await createPushProviders(config),
    logger,
    lifecycle,
  }),
);
