import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 25;

/**
 * Waits until `check` neither throws nor returns false or undefined, and returns what it returned.
 * @param timeoutMs default 10,000; then the last failure is thrown.
 */
export async function eventually<T>(
  check: () => Promise<T> | T,
  timeoutMs = 10_000,
): Promise<Exclude<NonNullable<T>, false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown;
    try {
      const result = await check();
      if (result !== false && result !== undefined && result !== null) {
        return result as Exclude<NonNullable<T>, false>;
      }
      failure = new Error(`the condition did not come true; last result: ${String(result)}`);
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline) throw failure;
    await sleep(POLL_INTERVAL_MS);
  }
}
