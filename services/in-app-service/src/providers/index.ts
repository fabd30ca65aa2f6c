import type { Provider } from '@notify/channel-worker';
import type { Database } from '@notify/service-kit';
import { createInboxProvider } from './inbox.ts';

/** The inbox is the only one, and needs no vendor. */
export function createInAppProviders(database: Database, poolSize: number): Provider[] {
  return [createInboxProvider(database, poolSize)];
}
