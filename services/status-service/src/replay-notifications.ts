import type { ReplayAnswerJson, ReplayRequestJson } from '@notify/contracts';
import type { Publisher } from '@notify/messaging';
import { type Database, inTransaction } from '@notify/service-kit';
import { advanceNotifications } from './advance-notifications.ts';
import { lockNotifications } from './kept-notification-store.ts';
import { isReplayable, nextEpoch } from './next-epoch.ts';
import type { ListPlace } from './notification-filter.ts';
import { countReplayable, findReplayable } from './replay-store.ts';

/** Their rows are locked while the broker confirms, and events on them wait. */
const BATCH_SIZE = 200;
/** One call does this many at most, and takes this long; the next one goes on. */
const MAX_REPLAYED = 10_000;
const MAX_DURATION_MS = 20_000;

interface ReplayDependencies {
  database: Database;
  publisher: Publisher;
}

/** Replays those of a batch that are still as they were found: another call may have been faster. @returns how many. */
async function replayBatch(
  ids: string[],
  settledBefore: string,
  { database, publisher }: ReplayDependencies,
): Promise<number> {
  return inTransaction(database, async (client) => {
    const advances = (await lockNotifications(client, ids)).flatMap(({ record, envelope }) =>
      envelope !== undefined && isReplayable(record.status) && record.updatedAt < settledBefore
        ? [nextEpoch(record, envelope, 'replay')]
        : [],
    );
    await advanceNotifications(client, publisher, advances);
    return advances.length;
  });
}

/**
 * Sends what fits the filter once more, each as its next epoch. What was settled after the call began is left alone, so that nothing is
 * replayed twice by one call, nor by two at the same time.
 * @throws AppError `dependency_unavailable` when the broker is lost on the way; calling again goes on.
 */
export async function replayNotifications(
  { filter, dry_run: isDryRun }: ReplayRequestJson,
  dependencies: ReplayDependencies,
): Promise<ReplayAnswerJson> {
  const { database } = dependencies;
  const startedAt = new Date();
  const settledBefore = startedAt.toISOString();
  const matched = await countReplayable(database, filter, settledBefore);
  let replayed = 0;
  let last: ListPlace | undefined;
  while (!isDryRun && replayed < MAX_REPLAYED && Date.now() - startedAt.getTime() < MAX_DURATION_MS) {
    const limit = Math.min(BATCH_SIZE, MAX_REPLAYED - replayed);
    const found = await findReplayable(database, filter, settledBefore, limit, last);
    if (found.length === 0) break;
    const ids = found.map(({ id }) => id);
    replayed += await replayBatch(ids, settledBefore, dependencies);
    last = found.at(-1);
  }
  return { matched, replayed };
}
