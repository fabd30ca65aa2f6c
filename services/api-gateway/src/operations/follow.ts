import { listQuerySchema, replayRequestSchema, statsQuerySchema } from '@notify/contracts';
import {
  cancelledNotification,
  notification,
  notificationPage,
  notificationTypePage,
  readNotification,
  replayAnswer,
  retriedNotification,
  statsAnswer,
} from './notification-answers.ts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';

export const FOLLOW_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/notifications',
    tag: 'Follow',
    summary: 'List notifications, newest first',
    scope: 'notifications:read',
    query: listQuerySchema,
    answers: { 200: notificationPage('A page of notifications'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/notifications/{id}',
    tag: 'Follow',
    summary:
      'One notification: its status, attempts, and the timeline of every decision, with its reason code and in words (`detail`)',
    scope: 'notifications:read',
    answers: { 200: notification('The notification'), 404: 'No such notification' },
  },
  {
    method: 'post',
    path: '/api/v1/notifications/{id}/cancel',
    tag: 'Follow',
    summary: 'Cancel what no provider has been handed yet; cancelling again changes nothing',
    scope: 'notifications:write',
    answers: {
      200: cancelledNotification('The notification, `cancelled`'),
      404: 'No such notification',
      409: '`already_sent`: a provider has it, may have it, or is being asked; `conflict`: it ended otherwise',
    },
  },
  {
    method: 'post',
    path: '/api/v1/notifications/{id}/retry',
    tag: 'Follow',
    summary: 'Send a failed or unknown notification again, from the first channel of its plan',
    scope: 'notifications:write',
    answers: {
      202: retriedNotification('The notification, on its way again'),
      404: 'No such notification',
      409: '`conflict`: it is neither failed nor unknown, has expired, or its content was erased',
    },
  },
  {
    method: 'post',
    path: '/api/v1/notifications/{id}/read',
    tag: 'Follow',
    summary: 'Say that the user has read it, on whatever channel; saying it again changes nothing',
    scope: 'notifications:write',
    answers: {
      200: readNotification('The notification, `read` (with mode `all` once its other channels are settled)'),
      404: 'No such notification',
      409: '`conflict`: nothing of it has gone out, or its content was erased',
    },
  },
  {
    method: 'post',
    path: '/api/v1/notifications/replay',
    tag: 'Follow',
    summary:
      'Send all failed and unknown notifications that the filter fits again; at most 10,000 a call, and calling again goes on',
    scope: 'notifications:write',
    body: {
      schema: replayRequestSchema,
      example: {
        filter: { status: 'failed', channel: 'sms', created_after: '2026-12-01T09:00:00Z' },
        dry_run: true,
      },
    },
    answers: {
      202: replayAnswer('`matched`: what the filter fits and can be sent again; `replayed`: what is on its way'),
      ...VALIDATION_PROBLEM,
    },
  },
  {
    method: 'get',
    path: '/api/v1/stats',
    tag: 'Follow',
    summary:
      'How it goes: counts by status and channel, success rate, latency, providers and queues. At most 5 seconds old; latency to 3.2 %, providers over the newest 10,000 notifications of the window',
    scope: 'notifications:read',
    query: statsQuerySchema,
    answers: { 200: statsAnswer('The statistics'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/notification_types',
    tag: 'Follow',
    summary: 'The registered kinds of notification and what holds for each; `default` is what any other gets',
    scope: 'notifications:read',
    answers: { 200: notificationTypePage('The registry') },
  },
];
