import Joi from 'joi';
import { listCursor, listLimit } from './fields.ts';

export interface InboxQueryJson {
  /** True: only unread items, false: only read ones. Default: both. */
  unread?: boolean;
  limit: number;
  cursor?: string;
}
export const inboxQuerySchema = Joi.object<InboxQueryJson>({
  unread: Joi.boolean(),
  limit: listLimit(),
  cursor: listCursor(),
});

/** One item of `GET /api/v1/users/{user_id}/inbox`. */
export interface InboxItemJson {
  id: string;
  notification_id: string;
  title: string | null;
  body: string | null;
  action_url: string | null;
  read_at: string | null;
  created_at: string;
}
