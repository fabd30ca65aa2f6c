import { createLogger, readConfigOrExit, runService } from '@notify/service-kit';
import { readConfig } from './config.ts';
import { startApiGateway } from './start-api-gateway.ts';

const config = readConfigOrExit(readConfig, process.env);
const logger = createLogger('api-gateway', config.LOG_LEVEL);

await runService(logger, async (lifecycle) => {
  await startApiGateway(config, logger, lifecycle);
});
