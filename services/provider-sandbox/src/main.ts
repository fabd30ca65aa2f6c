import { createLogger, createMetrics, listen, loadConfig, runService } from '@notify/service-kit';
import { sandboxConfigKeys } from './config.ts';
import { ReceiptSender } from './receipt-sender.ts';
import { Sandbox } from './sandbox.ts';
import { createSandboxApp } from './sandbox-app.ts';
import { startSmtpEndpoint } from './smtp-endpoint.ts';

const SERVICE = 'provider-sandbox';

// Whoever reaches it reads every message, and no message reaches anybody.
if (process.env.NODE_ENV === 'production') {
  process.stderr.write(`${SERVICE} is for development and tests: it does not start with NODE_ENV=production\n`);
  process.exit(1);
}

const config = loadConfig(sandboxConfigKeys, process.env);
const logger = createLogger(SERVICE, config.LOG_LEVEL);

await runService(logger, async (lifecycle) => {
  const sandbox = new Sandbox(new ReceiptSender(config.RECEIPTS_URL, logger));

  const smtp = await startSmtpEndpoint(sandbox, { host: config.HOST, port: config.SMTP_LISTEN_PORT }, logger);
  lifecycle.onShutdown('smtp server', () => smtp.close());

  const app = createSandboxApp(sandbox, { logger, metrics: createMetrics(SERVICE), lifecycle, readiness: {} });
  await listen(app, config, lifecycle);

  // Released first: neither server waits for clients that wait for us.
  lifecycle.onShutdown('held connections', () => sandbox.holds.releaseAll());
  logger.info('listening', { port: config.PORT, smtp_port: smtp.port });
});
