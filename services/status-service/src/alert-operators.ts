import { setTimeout as sleep } from 'node:timers/promises';
import type { Publisher } from '@notify/messaging';
import { counter, type Database, errorFields, type Lifecycle, type Logger, type Metrics } from '@notify/service-kit';
import { alertEmail } from './alert-email.ts';
import { findUntoldFailures, markTold, readFailures, takeAlertTurn } from './alert-store.ts';
import { createAlertWebhook } from './alert-webhook.ts';
import type { StatusConfig } from './config.ts';
import { alertOf } from './critical-failure-alert.ts';
import { publishAll } from './publish-all.ts';

const POLL_INTERVAL_MS = 2_000;
/** Named in an alert; the others are counted. */
const MAX_NAMED = 20;

export interface AlertOptions {
  config: Pick<StatusConfig, 'ALERT_EMAIL' | 'ALERT_WEBHOOK_URL'>;
  database: Database;
  publisher: Publisher;
  metrics: Metrics;
  logger: Logger;
  lifecycle: Lifecycle;
}

/**
 * Tells the operators of critical notifications that failed, expired, or are unknown without being held so on purpose: the first at once, and then once a minute at most.
 * It reads them from the record, so that a restart forgets none. They count as told when the broker has the emails, and the webhook took
 * its part or was given up; a crash before that tells them again.
 */
export function startAlerts({ config, database, publisher, metrics, logger, lifecycle }: AlertOptions): void {
  const url = config.ALERT_WEBHOOK_URL;
  const webhook = url === undefined ? undefined : createAlertWebhook({ url }, logger);
  const failed = counter(
    metrics,
    'critical_failures_total',
    'Critical notifications that failed, expired or are unknown',
    [],
  );
  const undelivered = counter(metrics, 'alerts_undelivered_total', 'Alerts that the webhook did not take', []);
  const stopping = new AbortController();
  let lastProblem: string | undefined;

  async function tellWhatFailed(): Promise<void> {
    if (!(await takeAlertTurn(database))) return;
    const failures = await findUntoldFailures(database);
    const named = await readFailures(database, failures.slice(0, MAX_NAMED));
    const alert = alertOf(failures.length, named, new Date().toISOString());
    const ids = named.map(({ notificationId }) => notificationId);
    logger.error('critical notifications failed, expired or are unknown', {
      count: alert.count,
      notification_ids: ids,
    });

    await publishAll(
      publisher,
      config.ALERT_EMAIL.flatMap((address) => alertEmail(alert, address)),
    );
    if (webhook !== undefined && !(await webhook.tell(alert, stopping.signal))) {
      undelivered.inc();
      logger.error('the alert webhook was given up', { count: alert.count });
    }
    await markTold(database, failures);
    failed.inc(failures.length);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await tellWhatFailed();
        lastProblem = undefined;
      } catch (error) {
        const problem = (error as Error).message;
        if (!stopping.signal.aborted && problem !== lastProblem) {
          logger.warn('the operators could not be told; trying again', errorFields(error));
        }
        lastProblem = problem;
      }
      await sleep(POLL_INTERVAL_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const running = run();
  lifecycle.onShutdown('alerts', async () => {
    stopping.abort();
    await running;
  });
}
