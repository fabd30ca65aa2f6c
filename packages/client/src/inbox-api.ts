import type { InboxItemJson } from '@notify/contracts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

export interface InboxApi {
  /** Newest first. `unread`: true only unread ones, false only read ones. */
  list(userId: string, query?: PageQuery & { unread?: boolean }, options?: CallOptions): List<InboxItemJson>;
  unreadCount(userId: string, options?: CallOptions): Promise<number>;
  /** The item, read: its notification becomes `read`. @throws NotifyError `not_found`. */
  read(userId: string, itemId: string, options?: CallOptions): Promise<InboxItemJson>;
  /** Reads every item that is there. @returns how many were unread. */
  readAll(userId: string, options?: CallOptions): Promise<number>;
  /** Takes an item out of the inbox for good. @throws NotifyError `not_found`. */
  archive(userId: string, itemId: string, options?: CallOptions): Promise<void>;
}

export function inboxApi(transport: Transport): InboxApi {
  return {
    list: (userId, query, options) => list(transport, { path: path`/api/v1/users/${userId}/inbox`, query, ...options }),
    async unreadCount(userId, options) {
      const answer = await transport<{ unread_count: number }>({
        method: 'GET',
        path: path`/api/v1/users/${userId}/inbox/unread_count`,
        ...options,
      });
      return answer.unread_count;
    },
    read: (userId, itemId, options) =>
      transport({
        method: 'POST',
        path: path`/api/v1/users/${userId}/inbox/${itemId}/read`,
        isRepeatable: true,
        ...options,
      }),
    async readAll(userId, options) {
      const answer = await transport<{ read_count: number }>({
        method: 'POST',
        path: path`/api/v1/users/${userId}/inbox/read_all`,
        isRepeatable: true,
        ...options,
      });
      return answer.read_count;
    },
    archive: (userId, itemId, options) =>
      transport({ method: 'DELETE', path: path`/api/v1/users/${userId}/inbox/${itemId}`, ...options }),
  };
}
