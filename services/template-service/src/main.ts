import { createLogger, readConfigOrExit, runService } from '@notify/service-kit';
import { readConfig } from './config.ts';
import { SERVICE_NAME, startTemplateService } from './start-template-service.ts';

const config = readConfigOrExit(readConfig, process.env);
const logger = createLogger(SERVICE_NAME, config.LOG_LEVEL);

await runService(logger, async (lifecycle) => {
  await startTemplateService(config, logger, lifecycle);
});
