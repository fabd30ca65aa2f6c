import { createLogger, readConfigOrExit, runService } from '@notify/service-kit';
import { readConfig } from './config.ts';
import { SERVICE_NAME, startWebhookService } from './start-webhook-service.ts';

const config = readConfigOrExit(readConfig, process.env);
const logger = createLogger(SERVICE_NAME, config.LOG_LEVEL);

await runService(logger, async (lifecycle) => {
  await startWebhookService(config, logger, lifecycle);
});
