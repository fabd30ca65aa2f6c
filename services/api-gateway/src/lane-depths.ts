import { AppError, CHANNELS, type Channel, laneQueue, PRIORITIES, type Priority } from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import { errorFields, gauge, type Lifecycle, type Logger, type Metrics } from '@notify/service-kit';

/** What is accepted between two looks may go above the limit. */
const LOOK_INTERVAL_MS = 1_000;
/** A lane this full takes a while; clients that come back too soon only add to it. */
const RETRY_AFTER_SECONDS = 10;

/** Sheds load: lanes have no length limit (docs/architecture.md says why), so the gateway stops taking for one that is too deep. */
export interface LaneDepths {
  /**
   * Critical ones are never refused.
   * @param channels those into whose lanes it would go at once.
   * @throws AppError `dependency_unavailable` with Retry-After, naming the lane.
   */
  refuseWhenFull(channels: readonly Channel[], priority: Priority): void;
}

export interface LaneDepthsOptions {
  broker: Pick<Broker, 'queueDepths'>;
  /** Messages in a lane; 0: no limit. */
  limit: number;
  metrics: Metrics;
  logger: Logger;
  lifecycle: Lifecycle;
}

const LANES = [...new Set(CHANNELS.flatMap((channel) => PRIORITIES.map((priority) => laneQueue(channel, priority))))];

/**
 * Looks at the lanes every second, beside the requests, and shows them as the metric `lane_depth`. While they can't be counted nothing is
 * refused here, and the metric shows nothing: publishing says by itself what it can't.
 */
export function watchLaneDepths({ broker, limit, metrics, logger, lifecycle }: LaneDepthsOptions): LaneDepths {
  const depthGauge = gauge(metrics, 'lane_depth', 'Messages that wait in a lane', ['lane']);
  let full = new Set<string>();

  async function look(): Promise<void> {
    let depths = new Map<string, number>();
    try {
      depths = await broker.queueDepths(LANES);
    } catch (error) {
      logger.debug('lanes not counted', errorFields(error));
      depthGauge.reset();
    }
    for (const [lane, depth] of depths) depthGauge.set({ lane }, depth);
    if (limit === 0) return;
    const now = new Set(LANES.filter((lane) => (depths.get(lane) ?? 0) > limit));
    for (const lane of now)
      if (!full.has(lane)) logger.error('lane too deep: new notifications for it are refused', { lane, limit });
    for (const lane of full) if (!now.has(lane)) logger.info('lane takes notifications again', { lane });
    full = now;
  }

  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    await look();
    isLooking = false;
  }, LOOK_INTERVAL_MS);
  lifecycle.onShutdown('lane depths', () => clearInterval(timer));

  return {
    refuseWhenFull(channels, priority) {
      if (priority === 'critical') return;
      const lane = channels.map((channel) => laneQueue(channel, priority)).find((each) => full.has(each));
      if (lane === undefined) return;
      throw new AppError('dependency_unavailable', `More than ${limit} messages wait in ${lane}: try again later`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    },
  };
}
