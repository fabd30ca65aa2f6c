/** Prints one line per step, with the seconds it took. */
export type Progress = {
  /** Says what is about to take a while. */
  begin(text: string): void;
  /** A finished step; the time counts from `sinceMs`, by default from the step before. */
  done(text: string, sinceMs?: number): void;
};

export function createProgress(): Progress {
  let lastMs = Date.now();
  return {
    begin(text) {
      console.log(`  ${' '.repeat(8)}  ${text} ...`);
    },
    done(text, sinceMs = lastMs) {
      console.log(`  ${seconds(Date.now() - sinceMs).padStart(8)}  ${text}`);
      lastMs = Date.now();
    },
  };
}

/** `1234` -> `1.2 s` */
export const seconds = (durationMs: number): string => `${(durationMs / 1000).toFixed(1)} s`;
