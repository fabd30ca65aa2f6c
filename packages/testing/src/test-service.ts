import {
  createLifecycle,
  createLogger,
  createMetrics,
  type Lifecycle,
  type Logger,
  type Metrics,
} from '@notify/service-kit';

/** What a service is composed with, silent, and stopped by the test. */
export function createTestKit(name: string): { logger: Logger; metrics: Metrics; lifecycle: Lifecycle } {
  const logger = createLogger(name, 'error');
  logger.silent = process.env['TEST_LOGS'] !== '1';
  return { logger, metrics: createMetrics(name), lifecycle: createLifecycle(logger) };
}
