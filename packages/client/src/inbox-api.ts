import type { InboxItemJson } from '@notify/contracts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

export interface InboxApi {
  /** Newest first. `unread`: true only unread ones, false only read ones. */
  list(userId: string, query?: PageQuery & { unread?: boolean }, options?: CallOptions): List<InboxItemJson>;
  unreadCount(userId: string, options?: CallOptions): Promise<number>;
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
  };
}
