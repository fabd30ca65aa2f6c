import type { Broker } from '@notify/messaging';
import { type Database, errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import { settleBinding } from './event-binding.ts';

/** So soon is unbound what the last webhook wanted, and mended what an operator undid. */
const INTERVAL_MS = 10_000;
const RETRY_DELAY_MS = 1_000;

export interface BindingLoopOptions {
  database: Database;
  broker: Pick<Broker, 'bind' | 'unbind'>;
  logger: Logger;
}

/**
 * Settles the binding of webhooks.queue now and again and again, until the service stops. Several instances do no harm.
 * @returns a function that has it settled at once: the binding may be gone.
 */
export function startBindingLoop({ database, broker, logger }: BindingLoopOptions, lifecycle: Lifecycle): () => void {
  let settled: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isFailing = false;

  async function settle(): Promise<void> {
    clearTimeout(timer);
    if (!lifecycle.isRunning) return;
    try {
      await settleBinding(database, broker);
      isFailing = false;
    } catch (error) {
      if (!isFailing) logger.warn('the binding of webhooks.queue can not be settled now', errorFields(error));
      isFailing = true;
    }
    timer = setTimeout(settleNext, isFailing ? RETRY_DELAY_MS : INTERVAL_MS);
  }
  /** One after the other: one that has begun may have looked too early. */
  function settleNext(): void {
    settled = settled.then(settle);
  }

  settleNext();
  lifecycle.onShutdown('webhook binding', async () => {
    await settled;
    clearTimeout(timer);
  });
  return settleNext;
}
