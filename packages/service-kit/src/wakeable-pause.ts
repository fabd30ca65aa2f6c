/** The pause of a loop that looks for work by itself, and at once when it is told that there is some. */
export interface WakeablePause {
  /** Ends the pause; between two pauses, the next one before it begins. */
  wake(): void;
  /** Until it is woken, or the time is over. One at a time. */
  pause(delayMs: number): Promise<void>;
}

export function createWakeablePause(): WakeablePause {
  let isWoken = false;
  let endPause = () => {};
  return {
    wake() {
      isWoken = true;
      endPause();
    },
    async pause(delayMs) {
      if (!isWoken) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, delayMs);
          endPause = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      isWoken = false;
    },
  };
}
