/** What the supervisor needs to know to run one process. */
export type ProcessSpec = {
  readonly name: string;
  readonly kind: 'server' | 'service';
  /** The port on which others reach it. */
  readonly port: number;
  /** Those of one wave start together, once the wave before is ready; they stop in the opposite order. */
  readonly wave: number;
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs before each start: writes the configuration, makes the data folder. */
  readonly prepare?: () => Promise<void>;
  /** Must not throw. */
  readonly isReady: () => Promise<boolean>;
  /** Runs once, after it answers and before it counts as ready. */
  readonly setUp?: () => Promise<void>;
  readonly stopSignal: NodeJS.Signals;
};
