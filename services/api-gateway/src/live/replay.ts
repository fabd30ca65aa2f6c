import {
  AppError,
  type FramesSinceJson,
  type InboxItemJson,
  type ListJson,
  type LiveFrame,
  type ResyncReason,
} from '@notify/contracts';
import type { ServiceClient } from '@notify/service-kit';
import { inboxFrame } from './live-feed.ts';

const MAX_AGE_MS = 24 * 3_600_000;
/** Clocks differ a little, and an event may come a little after its time: rather once more than never. */
const OVERLAP_MS = 30_000;
const MAX_ITEMS = 200;

/** What has happened to a topic since then, oldest first, or why that can't be told whole. Inbox items are told to those who may read them. */
export type Replay = (
  topic: string,
  since: Date,
  who: { readsInboxes: boolean },
) => Promise<LiveFrame[] | ResyncReason>;

/** Notifications are replayed from the record, inbox items from the inbox. */
export function createReplay({
  statusService,
  inAppService,
}: {
  statusService: ServiceClient;
  inAppService: ServiceClient;
}): Replay {
  async function notificationFrames(kind: string, name: string, from: Date): Promise<LiveFrame[] | undefined> {
    const query = new URLSearchParams({ since: from.toISOString() });
    if (kind === 'user') query.set('user_id', name);
    if (kind === 'notification') query.set('notification_id', name);
    return (await statusService.request<FramesSinceJson>('GET', `/frames?${query}`)).frames;
  }

  async function inboxFrames(userId: string, from: Date): Promise<LiveFrame[] | undefined> {
    const path = `/users/${encodeURIComponent(userId)}/inbox?limit=${MAX_ITEMS}`;
    const { data, meta } = await inAppService.request<ListJson<InboxItemJson>>('GET', path);
    const recent = data.filter(({ created_at: createdAt }) => createdAt >= from.toISOString());
    if (meta.next_cursor !== null && recent.length === data.length) return undefined;
    return recent.map((item) => inboxFrame(userId, item));
  }

  return async (topic, since, { readsInboxes }) => {
    if (Date.now() - since.getTime() > MAX_AGE_MS) return 'too_long_ago';
    const from = new Date(since.getTime() - OVERLAP_MS);
    const [kind = '', ...rest] = topic.split(':');
    const name = rest.join(':');
    try {
      const parts = await Promise.all([
        notificationFrames(kind, name, from),
        kind === 'user' && readsInboxes ? inboxFrames(name, from) : [],
      ]);
      const [notifications, items] = parts;
      if (notifications === undefined || items === undefined) return 'too_much';
      return [...notifications, ...items].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
    } catch (error) {
      if (error instanceof AppError) return 'unavailable';
      throw error;
    }
  };
}
