import {
  type InboxItemJson,
  inboxItemPageSchema,
  inboxItemSchema,
  readCountSchema,
  unreadCountSchema,
} from '@notify/contracts';
import { says, saysPage } from './operation.ts';

const UNREAD: InboxItemJson = {
  id: '0193a5c1-9b04-7e02-a1c4-51c0e2d9f7aa',
  notification_id: '0193a5c1-6d20-7b44-8f7e-2f1f6f0c9e11',
  title: 'New sign-in',
  body: 'Somebody signed in from 203.0.113.1',
  action_url: 'https://shop.example/account/security',
  read_at: null,
  created_at: '2026-12-01T09:30:12.432Z',
};

export const inboxItemPage = saysPage(inboxItemPageSchema, UNREAD);
export const inboxItem = says(inboxItemSchema, { ...UNREAD, read_at: '2026-12-01T09:30:40.511Z' });
export const unreadCount = says(unreadCountSchema, { unread_count: 3 });
export const readCount = says(readCountSchema, { read_count: 3 });
