import { describedBatchSchema, notifyRequestSchema, sendRequestSchema } from '@notify/contracts';
import { batchAnswer, notifyAccepted, notifyFallback, notifyOutcome, sendAnswer } from './notification-answers.ts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';

export const SEND_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/v1/notifications',
    tag: 'Send',
    summary:
      'Send a notification: it is accepted at once and delivered in the background, failing over along its channels',
    scope: 'notifications:write',
    body: {
      schema: sendRequestSchema,
      example: {
        user_id: 'user-456',
        notification_type: 'security_alert',
        priority: 'high',
        content: { title: 'New sign-in', body: 'Somebody signed in from 203.0.113.1' },
        channels: ['email', 'sms'],
        metadata: { order_id: 'A-1' },
      },
    },
    answers: {
      202: sendAnswer('Accepted: the message broker has it safely. `Location` leads to its record'),
      ...VALIDATION_PROBLEM,
      404: '`user_not_found` or `template_not_found`',
      422: '`no_deliverable_channel`: `channels` gives the reason for each',
    },
  },
  {
    method: 'post',
    path: '/api/v1/notifications/batch',
    tag: 'Send',
    summary: 'Send up to 1,000 notifications, each as if it had come alone',
    scope: 'notifications:write',
    body: {
      schema: describedBatchSchema,
      example: {
        notifications: [
          { user_id: 'user-456', content: { title: 'Hello', body: 'Good to see you' } },
          { to: { phone: '+14155550123' }, content: { body: 'Good to see you' }, channels: ['sms'] },
        ],
      },
    },
    answers: {
      202: batchAnswer('`results`, in the order of the request: the `notification_id` of an item, or its `error`'),
      ...VALIDATION_PROBLEM,
    },
  },
  {
    method: 'post',
    path: '/api/notify',
    tag: 'Send',
    summary: 'Send and wait for the outcome: email first, SMS if it fails, one quick try each',
    scope: 'notifications:write',
    body: {
      schema: notifyRequestSchema,
      example: {
        to: { email: 'person@example.com', phone: '+14155550123' },
        subject: 'Your code',
        message: 'Your code is 123456',
        type: 'otp',
      },
    },
    answers: {
      200: notifyOutcome('The first channel took it'),
      202: notifyAccepted('No outcome within `timeout_ms`; delivery goes on, `Location` leads to its record'),
      207: notifyFallback('Another channel had to help: `fallback_used`'),
      ...VALIDATION_PROBLEM,
      422: '`undeliverable`: no channel can ever deliver it; see `attempts`',
      500: '`delivery_failed`: every channel failed; see `attempts`',
    },
  },
];
