import { errorFields, type Logger } from './logger.ts';

/** How long a service may take to finish what it has begun. Longer than a consumer's drain, shorter than the supervisor's patience. */
const DRAIN_DEADLINE_MS = 55_000;

export interface Lifecycle {
  /** False from the first signal on: readiness turns red before anything closes. */
  readonly isRunning: boolean;
  /** Releases run last-in first-out, each awaited: what was opened last is closed first. */
  onShutdown(name: string, release: () => Promise<void> | void): void;
  shutdown(reason: string): Promise<void>;
}

/** Keeps the stack of what has to be released, and runs it once. */
export function createLifecycle(logger: Logger): Lifecycle {
  const releases: { name: string; release: () => Promise<void> | void }[] = [];
  let stopping: Promise<void> | undefined;

  async function releaseAll(reason: string): Promise<void> {
    logger.info('stopping', { reason });
    for (const { name, release } of releases.reverse()) {
      try {
        await release();
      } catch (error) {
        logger.warn('could not be released', { what: name, ...errorFields(error) });
      }
    }
    logger.info('stopped');
  }

  return {
    get isRunning() {
      return stopping === undefined;
    },
    onShutdown(name, release) {
      releases.push({ name, release });
    },
    shutdown(reason) {
      stopping ??= releaseAll(reason);
      return stopping;
    },
  };
}

/**
 * Runs a service: `start` opens everything and registers its releases. The first SIGTERM or SIGINT drains,
 * a second one forces. A start that fails prints one readable line and exits 1.
 */
export async function runService(logger: Logger, start: (lifecycle: Lifecycle) => Promise<void>): Promise<void> {
  const lifecycle = createLifecycle(logger);
  let signals = 0;
  const stop = async (signal: string) => {
    signals += 1;
    if (signals > 1) process.exit(130);
    // Unreferenced: it only matters when a release hangs.
    setTimeout(() => {
      logger.error('drain deadline passed, exiting', { deadline_ms: DRAIN_DEADLINE_MS });
      process.exit(1);
    }, DRAIN_DEADLINE_MS).unref();
    await lifecycle.shutdown(signal);
    process.exit(0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A bug that escaped every handler leaves unknown state behind: die loudly, the supervisor starts it again.
  process.on('uncaughtException', (error) => {
    logger.error('uncaught exception', errorFields(error));
    logger.on('finish', () => process.exit(1));
    logger.end();
  });
  try {
    await start(lifecycle);
  } catch (error) {
    logger.error(`could not start: ${(error as Error).message}`, errorFields(error));
    await lifecycle.shutdown('failed start');
    process.exit(1);
  }
}
