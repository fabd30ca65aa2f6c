import { inboxQuerySchema } from '@notify/contracts';
import { inboxItem, inboxItemPage, readCount, unreadCount } from './inbox-answers.ts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';

export const IN_APP_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/inbox',
    tag: 'In-app',
    summary: "A user's in-app inbox, newest first; `unread`: only unread or only read items",
    scope: 'users:read',
    isForUser: true,
    query: inboxQuerySchema,
    answers: { 200: inboxItemPage('A page of items'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/inbox/unread_count',
    tag: 'In-app',
    summary: 'How many items are unread',
    scope: 'users:read',
    isForUser: true,
    answers: { 200: unreadCount('The count') },
  },
  {
    method: 'post',
    path: '/api/v1/users/{user_id}/inbox/{id}/read',
    tag: 'In-app',
    summary: 'Mark an item as read: its notification becomes `read`; marking it again changes nothing',
    scope: 'users:write',
    isForUser: true,
    answers: { 200: inboxItem('The item'), ...VALIDATION_PROBLEM, 404: 'No such item in the inbox' },
  },
  {
    method: 'post',
    path: '/api/v1/users/{user_id}/inbox/read_all',
    tag: 'In-app',
    summary: 'Mark every item that is there as read, and their notifications',
    scope: 'users:write',
    isForUser: true,
    answers: { 200: readCount('`read_count`: how many were unread'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'delete',
    path: '/api/v1/users/{user_id}/inbox/{id}',
    tag: 'In-app',
    summary: 'Archive an item: it leaves the inbox for good, and what it said is deleted',
    scope: 'users:write',
    isForUser: true,
    answers: { 204: 'It is archived', ...VALIDATION_PROBLEM, 404: 'No such item in the inbox' },
  },
];
