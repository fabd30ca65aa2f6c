import { setTimeout as sleep } from 'node:timers/promises';
import { type AddressDigest, createSuppressedAddresses } from '@notify/claims';
import { AppError, SUPPRESSIBLE_CHANNELS, type SuppressibleChannel, type SuppressionReason } from '@notify/contracts';
import {
  type Database,
  type DatabaseClient,
  errorFields,
  inTransaction,
  type Lifecycle,
  type Logger,
} from '@notify/service-kit';
import type { Redis } from 'ioredis';
import {
  type CopiedSuppression,
  copiedAmong,
  deleteSuppression,
  keepCopiedAs,
  listToCopy,
  type SuppressedAddress,
  suppressedAmong,
} from './suppression-store.ts';

const CHUNK_SIZE = 1_000;
const RETRY_MS = 1_000;

/** The suppressions in Redis, where a claim asks. It may have one too few for a moment, never one too many. */
export interface SuppressedCopy {
  /**
   * Takes over what has just been committed. While Redis is away it does nothing: everything is loaded when Redis connects.
   * @throws AppError `dependency_unavailable` when Redis fails meanwhile: to be tried again.
   */
  add(added: readonly SuppressedAddress[]): Promise<void>;
  /**
   * Deletes a suppression, here and in the database. False: there is none with this id.
   * @throws AppError `dependency_unavailable` while Redis is away; it is then still there.
   */
  delete(id: string): Promise<boolean>;
}

/**
 * Keeps the copy equal to the database, and loads it whenever Redis connects, since Redis may have lost what it had, or got back what it
 * had long ago.
 * One change at a time, whichever instance makes it: a lock in the database is held while the database is read and Redis written.
 * So nothing is copied that is being deleted, and what is deleted has left the copy before the deletion is committed.
 * @param context.digestOf made with the secret that the workers have. The database keeps what it made of an address, so that what
 * the copy has too much of is found; a load makes it anew after an upgrade, or with another secret.
 */
export function createSuppressedCopy(context: {
  database: Database;
  redis: Redis;
  digestOf: AddressDigest;
  logger: Logger;
  lifecycle: Lifecycle;
}): SuppressedCopy {
  const { database, redis, digestOf, logger, lifecycle } = context;
  const suppressed = createSuppressedAddresses(redis);

  function underLock<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return inTransaction(database, async (client) => {
      await client.query('SELECT pg_advisory_xact_lock(1, 0)');
      return work(client);
    });
  }

  /** Of an address whose owner was erased it is what it was then. */
  const digestIn = ({ address, copiedAs }: CopiedSuppression) => (address === null ? copiedAs : digestOf(address));

  async function copyTo(client: DatabaseClient, channel: SuppressibleChannel, found: readonly CopiedSuppression[]) {
    const copied = found.map((each) => ({ ...each, copiedAs: digestIn(each) }));
    const changed = copied.filter(({ copiedAs }, place) => copiedAs !== found[place]?.copiedAs);
    if (changed.length > 0) await keepCopiedAs(client, channel, changed);
    const reasons = new Map<string, SuppressionReason>();
    for (const { copiedAs, reason } of copied) if (copiedAs !== null) reasons.set(copiedAs, reason);
    await suppressed.add(channel, reasons).catch(sayUnavailable);
  }

  async function load(isWanted: () => boolean): Promise<void> {
    for (const channel of SUPPRESSIBLE_CHANNELS) {
      let after: string | undefined = '';
      while (after !== undefined && isWanted()) {
        const from = after;
        const last = await underLock(async (client) => {
          const found = await listToCopy(client, channel, CHUNK_SIZE, from);
          await copyTo(client, channel, found);
          return found.at(-1);
        });
        after = last?.addressDigest;
      }
      for await (const digests of suppressed.chunks(channel)) {
        if (!isWanted()) return;
        await underLock(async (client) => {
          const there = new Set(await copiedAmong(client, channel, digests));
          await suppressed.remove(
            channel,
            digests.filter((digest) => !there.has(digest)),
          );
        });
      }
      await suppressed.removeFormer(channel);
    }
  }

  let loading = Promise.resolve();
  let connections = 0;
  async function loadUntilDone(): Promise<void> {
    connections += 1;
    const connection = connections;
    const isWanted = () => connection === connections && redis.status === 'ready' && lifecycle.isRunning;
    while (isWanted()) {
      try {
        return await load(isWanted);
      } catch (error) {
        if (isWanted()) logger.warn('suppressions could not be loaded into Redis', errorFields(error));
        await sleep(RETRY_MS);
      }
    }
  }
  const onReady = () => {
    loading = loadUntilDone();
  };
  redis.on('ready', onReady);
  if (redis.status === 'ready') onReady();
  lifecycle.onShutdown('loading of suppressions', () => loading);

  return {
    async add(added) {
      if (redis.status !== 'ready') return;
      for (const channel of SUPPRESSIBLE_CHANNELS) {
        const addresses = added.filter((each) => each.channel === channel).map(({ address }) => address);
        if (addresses.length === 0) continue;
        await underLock(async (client) => {
          await copyTo(client, channel, await suppressedAmong(client, channel, addresses));
        });
      }
    },
    delete: (id) =>
      underLock(async (client) => {
        const deleted = await deleteSuppression(client, id);
        if (deleted === undefined) return false;
        const digest = digestIn(deleted);
        if (digest !== null) await suppressed.remove(deleted.channel, [digest]).catch(sayUnavailable);
        return true;
      }),
  };
}

function sayUnavailable(error: unknown): never {
  throw new AppError('dependency_unavailable', 'Redis is unavailable', { cause: error });
}
