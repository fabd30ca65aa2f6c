import { setTimeout as sleep } from 'node:timers/promises';
import { QUEUES, STATUS_QUEUE } from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import { errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import type { SilencePlace } from './kept-notification-store.ts';
import { type ReconcileContext, reconcile } from './reconcile.ts';
import type { StatusMetrics } from './status-metrics.ts';

const MAX_POLL_INTERVAL_MS = 5_000;
const QUEUE_NAMES = QUEUES.map(({ name }) => name);

export interface ReconcileLoopOptions extends ReconcileContext {
  broker: Pick<Broker, 'queueDepths'>;
  /** How long nothing may be heard of what is not settled, beside what it may wait on a rung. */
  reconcileAfterMs: number;
  metrics: Pick<StatusMetrics, 'resumed' | 'lostTrack'>;
  logger: Logger;
}

/**
 * Resumes what nothing was heard of for too long, until the service stops. Silence counts only while this instance could have heard: from its
 * start, and anew from each time when the database or the broker was away or status.queue had a backlog; for a lane, from when it last had one.
 */
export function startReconcileLoop(options: ReconcileLoopOptions, lifecycle: Lifecycle): void {
  const { broker, reconcileAfterMs, metrics, logger } = options;
  const pollIntervalMs = Math.min(MAX_POLL_INTERVAL_MS, reconcileAfterMs);
  const stop = new AbortController();

  async function run(): Promise<void> {
    const busyAt = new Map<string, number>();
    let hearingSince = Date.now();
    let hasFailed = false;
    let place: SilencePlace | undefined;
    while (!stop.signal.aborted) {
      try {
        const now = Date.now();
        for (const [queue, depth] of await broker.queueDepths(QUEUE_NAMES)) if (depth > 0) busyAt.set(queue, now);
        hearingSince = Math.max(hearingSince, busyAt.get(STATUS_QUEUE) ?? 0);
        if (now - hearingSince >= reconcileAfterMs) {
          const { resumed, unknown, next } = await reconcile(options, now - reconcileAfterMs, busyAt, place);
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
