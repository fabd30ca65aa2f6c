const firstDelayMs = 200;
const longestDelayMs = 5_000;
const forgivenAfterMs = 30_000;

export type RestartBackoff = {
  /** How long to wait before the next start, given how long the process had lived (both ms). */
  nextDelayMs(aliveMs: number): number;
};

/** 200 ms, doubling to 5 s; a process that lived for 30 s starts over at 200 ms. */
export function createRestartBackoff(): RestartBackoff {
  let delayMs = firstDelayMs;
  return {
    nextDelayMs(aliveMs) {
      if (aliveMs >= forgivenAfterMs) delayMs = firstDelayMs;
      const current = delayMs;
      delayMs = Math.min(delayMs * 2, longestDelayMs);
      return current;
    },
  };
}
