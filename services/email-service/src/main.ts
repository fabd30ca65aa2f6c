import { runChannelWorker } from '@notify/channel-worker';
import { createLogger, readConfigOrExit, runService } from '@notify/service-kit';
import { readConfig } from './config.ts';
import { createEmailProviders } from './providers/index.ts';

const NAME = 'email-service';
const config = readConfigOrExit(readConfig, process.env);
const logger = createLogger(NAME, config.LOG_LEVEL);

await runService(logger, async (lifecycle) =>
  runChannelWorker({
    channel: 'email',
    name: NAME,
    config,
    providers: await createEmailProviders(config),
    logger,
    lifecycle,
  }),
);
