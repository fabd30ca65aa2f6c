import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@notify/service-kit';
import type { CriticalFailureAlertJson } from './critical-failure-alert.ts';

const TIMEOUT_MS = 10_000;
/** With these all tries end within the minute that an alert has to itself. */
const RETRY_DELAYS_MS = [2_000, 10_000];

/** Posts alerts to the operators' own system. */
export interface AlertWebhook {
  /**
   * Posts until an answer is 2xx, three times at most; a redirect is none.
   * @returns whether it was taken.
   * @throws when `signal` aborts.
   */
  tell(alert: CriticalFailureAlertJson, signal: AbortSignal): Promise<boolean>;
}

/** @param url may hold a secret: it is never logged. */
export function createAlertWebhook(
  { url, retryDelaysMs = RETRY_DELAYS_MS }: { url: string; retryDelaysMs?: readonly number[] },
  logger: Logger,
): AlertWebhook {
  /** @returns undefined when it was taken, else what is wrong. */
  async function post(
    body: string,
    signal: AbortSignal,
  ): Promise<{ status?: number; error_code?: string } | undefined> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      await response.body?.cancel();
      return response.ok ? undefined : { status: response.status };
    } catch (error) {
      signal.throwIfAborted();
      // fetch only says that it failed; its cause has the system's code. The messages may name the address.
      const { name, cause } = error as Error;
      return { error_code: (cause as { code?: string } | undefined)?.code ?? name };
    }
  }

  return {
    async tell(alert, signal) {
      const body = JSON.stringify(alert);
      for (const delayMs of [...retryDelaysMs, undefined]) {
        const problem = await post(body, signal);
        if (problem === undefined) return true;
        logger.warn('the alert webhook did not take an alert', problem);
        if (delayMs !== undefined) await sleep(delayMs, undefined, { signal });
      }
      return false;
    },
  };
}
