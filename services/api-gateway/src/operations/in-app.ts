import { type Operation, VALIDATION_PROBLEM } from './operation.ts';

export const IN_APP_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/inbox',
    tag: 'In-app',
    summary: "A user's in-app inbox, newest first",
    scope: 'users:read',
    isForUser: true,
    answers: { 200: 'A page of items', ...VALIDATION_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/inbox/unread_count',
    tag: 'In-app',
    summary: 'How many items are unread',
    scope: 'users:read',
    isForUser: true,
    answers: { 200: 'The count' },
  },
];
