import type Joi from 'joi';
import type { InboxItemJson } from '../inbox.ts';
import type { ListJson } from '../list.ts';
import * as field from './answer-fields.ts';

export const inboxItemSchema: Joi.ObjectSchema<InboxItemJson> = field.named<InboxItemJson>('InboxItem', {
  id: field.uuid(),
  notification_id: field.uuid(),
  title: field.text().allow(null),
  body: field.text().allow(null),
  action_url: field.text().allow(null),
  read_at: field.time().allow(null),
  created_at: field.time(),
});
export const inboxItemPageSchema: Joi.ObjectSchema<ListJson<InboxItemJson>> = field.pageOf(
  'InboxItem',
  inboxItemSchema,
);

export const unreadCountSchema: Joi.ObjectSchema<{ unread_count: number }> = field.named<{ unread_count: number }>(
  'UnreadCount',
  {
    unread_count: field.count(),
  },
);
/** Of `POST .../read_all`. */
export const readCountSchema: Joi.ObjectSchema<{ read_count: number }> = field.named<{ read_count: number }>(
  'ReadCount',
  {
    read_count: field.count(),
  },
);
