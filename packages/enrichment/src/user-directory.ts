import {
  AppError,
  type ChangedJson,
  type Profile,
  type ProfileJson,
  profileFromJson,
  USER_CHANGED,
  USER_ERASED,
} from '@notify/contracts';
import type { Broker } from '@notify/messaging';
import type { ServiceClient } from '@notify/service-kit';
import { CachedLookup } from './cached-lookup.ts';

const MAX_ENTRIES = 20_000;
/** The longest that a change can go unnoticed when its event was lost. */
const TTL_MS = 30_000;

export interface UserDirectory {
  /**
   * The user, or undefined when there is none.
   * @throws AppError `dependency_unavailable` when user-service is away and the user is not remembered.
   */
  lookUp(userId: string): Promise<Profile | undefined>;
  /** Forget what is remembered of a user: it has just been changed. */
  drop(userId: string): void;
}

/** Users, as user-service has them, remembered for a short time and dropped when they change. */
export async function openUserDirectory(userService: ServiceClient, broker: Broker): Promise<UserDirectory> {
  const users = new CachedLookup<Profile>(
    async (userId) => {
      try {
        return profileFromJson(
          await userService.request<ProfileJson>('GET', `/users/${encodeURIComponent(userId)}/profile`),
        );
      } catch (error) {
        if (error instanceof AppError && error.code === 'user_not_found') return undefined;
        throw error;
      }
    },
    { maxEntries: MAX_ENTRIES, ttlMs: TTL_MS },
  );
  await broker.subscribe({
    routingKeys: [USER_CHANGED, USER_ERASED],
    onMessage: ({ body }) => users.drop((JSON.parse(body.toString()) as ChangedJson).id),
    onReconnect: () => users.clear(),
  });
  return { lookUp: async (userId) => users.get(userId), drop: (userId) => users.drop(userId) };
}
