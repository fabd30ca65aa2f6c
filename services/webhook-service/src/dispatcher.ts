import { setTimeout as sleep } from 'node:timers/promises';
import { createWakeablePause, errorFields, type Lifecycle } from '@notify/service-kit';
import { type DeliverContext, deliverWebhook } from './deliver-webhook.ts';
import { type DueDelivery, takeDueDeliveries } from './due-delivery-store.ts';

/** What another instance stored, and what is due again, is seen after this long at most. */
const POLL_INTERVAL_MS = 500;
/** Between two looks, so that what ends together is made up for together. */
const MIN_PAUSE_MS = 5;
const FAILED_POLL_DELAY_MS = 2_000;
/** Requests at a time to all webhooks together: only many that hang at once could reach it. */
const MAX_IN_HAND = 500;

export interface DispatcherOptions {
  /** Requests at a time to one webhook. */
  concurrency: number;
  /** Longer than a request and the record of its outcome take: then it counts as abandoned. */
  leaseSeconds: number;
}

/**
 * Sends what is due until the service stops, and then finishes what it has in hand. Several instances share the work. Each webhook has its
 * own share of requests, so that one that hangs delays nobody but itself.
 */
export function startDispatcher(
  context: Omit<DeliverContext, 'wake'>,
  { concurrency, leaseSeconds }: DispatcherOptions,
  lifecycle: Lifecycle,
): DeliverContext {
  const { database, logger } = context;
  let isStopping = false;
  const inHand = new Map<string, number>();
  const running = new Set<Promise<void>>();
  const { wake, pause: pauseAtMost } = createWakeablePause();
  const complete: DeliverContext = { ...context, wake };

  async function pause(delayMs: number): Promise<void> {
    await pauseAtMost(delayMs);
    await sleep(MIN_PAUSE_MS);
  }

  async function deliver(delivery: DueDelivery): Promise<void> {
    const { id, webhookId } = delivery;
    inHand.set(webhookId, (inHand.get(webhookId) ?? 0) + 1);
    try {
      await deliverWebhook(complete, delivery);
    } catch (error) {
      logger.warn('a webhook delivery could not be recorded; it is sent again', {
        delivery_id: id,
        ...errorFields(error),
      });
    }
    const left = (inHand.get(webhookId) ?? 1) - 1;
    if (left === 0) inHand.delete(webhookId);
    else inHand.set(webhookId, left);
    wake();
  }

  async function run(): Promise<void> {
    let isFailing = false;
    while (!isStopping) {
      try {
        const due = await takeDueDeliveries(database, {
          inHand,
          limitPerWebhook: concurrency,
          limit: MAX_IN_HAND - running.size,
          leaseSeconds,
        });
        isFailing = false;
        for (const delivery of due) {
          const delivered = deliver(delivery).finally(() => running.delete(delivered));
          running.add(delivered);
        }
        await pause(POLL_INTERVAL_MS);
      } catch (error) {
        if (!isFailing) logger.warn('webhooks can not be delivered now', errorFields(error));
        isFailing = true;
        await pause(FAILED_POLL_DELAY_MS);
      }
    }
    await Promise.all(running);
  }

  const stopped = run();
  lifecycle.onShutdown('webhook dispatcher', async () => {
    isStopping = true;
    wake();
    await stopped;
  });
  return complete;
}
