import { type Database, errorFields, type Lifecycle, type Logger } from '@notify/service-kit';
import { noteUse } from './api-key-store.ts';

const FLUSH_INTERVAL_MS = 60_000;

/** Gathers which keys are used, and writes it down once a minute: a write for each request would cost more than it tells. */
export interface KeyUses {
  note(apiKeyId: string): void;
}

export function createKeyUses(database: Database, logger: Logger, lifecycle: Lifecycle): KeyUses {
  let used = new Set<string>();
  const flush = async (): Promise<void> => {
    if (used.size === 0) return;
    const ids = [...used];
    used = new Set();
    await noteUse(database, ids).catch((error: unknown) =>
      logger.info('the last use of keys was not written down', errorFields(error)),
    );
  };
  const timer = setInterval(() => void flush(), FLUSH_INTERVAL_MS);
  lifecycle.onShutdown('uses of keys', async () => {
    clearInterval(timer);
    await flush();
  });
  return { note: (apiKeyId) => void used.add(apiKeyId) };
}
