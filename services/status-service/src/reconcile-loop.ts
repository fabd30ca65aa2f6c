import { setTimeout as sleep } from 'node:timers/promises';
import { errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import type { SilencePlace } from './kept-notification-store.ts';
import { type ReconcileContext, reconcile } from './reconcile.ts';
import type { StatusMetrics } from './status-metrics.ts';

const MAX_POLL_INTERVAL_MS = 5_000;

export interface ReconcileLoopOptions extends ReconcileContext {
  /** How long nothing may be heard of what is not settled, beside what it may wait on a rung. */
  reconcileAfterMs: number;
  metrics: Pick<StatusMetrics, 'resumed' | 'lostTrack'>;
  logger: Logger;
}

/**
 * Resumes what nothing was heard of for too long, until the service stops. Silence counts only while this instance could have heard: from its
 * start, and anew from each time when the database or the broker was away.
 */
export function startReconcileLoop(options: ReconcileLoopOptions, lifecycle: Lifecycle): void {
  const { reconcileAfterMs, metrics, logger } = options;
  const pollIntervalMs = Math.min(MAX_POLL_INTERVAL_MS, reconcileAfterMs);
  const stop = new AbortController();

  async function run(): Promise<void> {
    let hearingSince = Date.now();
    let hasFailed = false;
    let place: SilencePlace | undefined;
    while (!stop.signal.aborted) {
      try {
        const now = Date.now();
        if (now - hearingSince >= reconcileAfterMs) {
          const { resumed, unknown, next } = await reconcile(options, now - reconcileAfterMs, place);
          place = next;
          metrics.resumed.inc(resumed);
          metrics.lostTrack.inc(unknown);
          if (resumed + unknown > 0) logger.warn('nothing was heard of notifications', { resumed, unknown });
        }
        hasFailed = false;
      } catch (error) {
        hearingSince = Date.now();
        if (!hasFailed) logger.warn('lost notifications can not be looked for now', errorFields(error));
        hasFailed = true;
      }
      await sleep(pollIntervalMs, undefined, { signal: stop.signal }).catch(() => {});
    }
  }

  const running = run();
  lifecycle.onShutdown('reconcile loop', async () => {
    stop.abort();
    await running;
  });
}
