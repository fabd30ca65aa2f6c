import {
  deviceSchema,
  draftSchema,
  listQuerySchema,
  notifyRequestSchema,
  pageQuerySchema,
  preferencesSchema,
  publishSchema,
  sendRequestSchema,
  templateSchema,
  userPatchSchema,
  userPutSchema,
} from '@notify/contracts';
import type Joi from 'joi';
import type { Scope } from './api-key.ts';

/** One operation of the public API, as the OpenAPI document and the readable page show it. */
export interface Operation {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  tag: 'Send' | 'Follow' | 'Users' | 'Templates' | 'In-app';
  summary: string;
  scope: Scope;
  body?: { schema: Joi.ObjectSchema; example: unknown };
  query?: Joi.ObjectSchema;
  /** By status code: what it means. */
  answers: Record<number, string>;
}

const problems = {
  validation: { 400: 'Not valid: `errors` lists every problem' },
  user: { 404: 'No such user' },
  template: { 404: 'No such template' },
};

/** Every operation that the gateway serves; a test holds that each is routed and each route is here. */
export const OPERATIONS: readonly Operation[] = [
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
      202: 'Accepted: the message broker has it safely. `Location` leads to its record',
      ...problems.validation,
      404: '`user_not_found` or `template_not_found`',
      422: '`no_deliverable_channel`: `channels` gives the reason for each',
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
      200: 'The first channel took it',
      202: 'No outcome within `timeout_ms`; delivery goes on, `Location` leads to its record',
      207: 'Another channel had to help: `fallback_used`',
      ...problems.validation,
      422: '`undeliverable`: no channel can ever deliver it; see `attempts`',
      500: '`delivery_failed`: every channel failed; see `attempts`',
    },
  },
  {
    method: 'get',
    path: '/api/v1/notifications',
    tag: 'Follow',
    summary: 'List notifications, newest first',
    scope: 'notifications:read',
    query: listQuerySchema,
    answers: { 200: 'A page of notifications', ...problems.validation },
  },
  {
    method: 'get',
    path: '/api/v1/notifications/{id}',
    tag: 'Follow',
    summary: 'One notification: its status, attempts, and the timeline of every decision',
    scope: 'notifications:read',
    answers: { 200: 'The notification', 404: 'No such notification' },
  },
  {
    method: 'get',
    path: '/api/v1/notification_types',
    tag: 'Follow',
    summary: 'The registered kinds of notification and what holds for each; `default` is what any other gets',
    scope: 'notifications:read',
    answers: { 200: 'The registry' },
  },
  {
    method: 'get',
    path: '/api/v1/users',
    tag: 'Users',
    summary: 'List users',
    scope: 'users:read',
    query: pageQuerySchema,
    answers: { 200: 'A page of users', ...problems.validation },
  },
  {
    method: 'put',
    path: '/api/v1/users/{user_id}',
    tag: 'Users',
    summary: 'Create or replace a user',
    scope: 'users:write',
    body: {
      schema: userPutSchema,
      example: {
        email: 'person@example.com',
        phone: '+14155550123',
        locale: 'fr-CA',
        timezone: 'America/Toronto',
        name: 'Ada',
      },
    },
    answers: { 200: 'Replaced', 201: 'Created', ...problems.validation },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}',
    tag: 'Users',
    summary: 'One user',
    scope: 'users:read',
    answers: { 200: 'The user', ...problems.user },
  },
  {
    method: 'patch',
    path: '/api/v1/users/{user_id}',
    tag: 'Users',
    summary: 'Change some fields of a user',
    scope: 'users:write',
    body: { schema: userPatchSchema, example: { phone: '+14155550124' } },
    answers: { 200: 'Changed', ...problems.validation, ...problems.user },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/devices',
    tag: 'Users',
    summary: "List a user's devices",
    scope: 'users:read',
    answers: { 200: 'The devices', ...problems.user },
  },
  {
    method: 'post',
    path: '/api/v1/users/{user_id}/devices',
    tag: 'Users',
    summary: 'Register a device for push',
    scope: 'users:write',
    body: { schema: deviceSchema, example: { token: 'fcm-registration-token', platform: 'android', provider: 'fcm' } },
    answers: { 201: 'Registered', ...problems.validation, ...problems.user },
  },
  {
    method: 'delete',
    path: '/api/v1/users/{user_id}/devices/{token}',
    tag: 'Users',
    summary: 'Remove a device',
    scope: 'users:write',
    answers: { 204: 'Removed', 404: 'No such user or device' },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/preferences',
    tag: 'Users',
    summary: "A user's channel preferences",
    scope: 'users:read',
    answers: { 200: 'The preferences', ...problems.user },
  },
  {
    method: 'put',
    path: '/api/v1/users/{user_id}/preferences',
    tag: 'Users',
    summary: "Replace a user's channel preferences, in general and by notification type",
    scope: 'users:write',
    body: {
      schema: preferencesSchema,
      example: {
        channels: { sms: false },
        channel_order: ['push', 'email'],
        types: { marketing: { channels: { email: false } } },
      },
    },
    answers: { 200: 'Replaced', ...problems.validation, ...problems.user },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/inbox',
    tag: 'In-app',
    summary: "A user's in-app inbox, newest first",
    scope: 'users:read',
    answers: { 200: 'A page of items', ...problems.validation },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/inbox/unread_count',
    tag: 'In-app',
    summary: 'How many items are unread',
    scope: 'users:read',
    answers: { 200: 'The count' },
  },
  {
    method: 'get',
    path: '/api/v1/templates',
    tag: 'Templates',
    summary: 'List templates',
    scope: 'templates:read',
    query: pageQuerySchema,
    answers: { 200: 'A page of templates', ...problems.validation },
  },
  {
    method: 'post',
    path: '/api/v1/templates',
    tag: 'Templates',
    summary: 'Create a template',
    scope: 'templates:write',
    body: {
      schema: templateSchema,
      example: { code: 'suspicious_login', notification_type: 'security_alert', default_locale: 'en' },
    },
    answers: { 201: 'Created', ...problems.validation, 409: 'The code is taken' },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}',
    tag: 'Templates',
    summary: 'One template',
    scope: 'templates:read',
    answers: { 200: 'The template', ...problems.template },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}/draft/{locale}',
    tag: 'Templates',
    summary: 'The draft of one locale',
    scope: 'templates:read',
    answers: { 200: 'The draft', ...problems.template },
  },
  {
    method: 'put',
    path: '/api/v1/templates/{code}/draft/{locale}',
    tag: 'Templates',
    summary: 'Write the draft of one locale',
    scope: 'templates:write',
    body: {
      schema: draftSchema,
      example: {
        email: { subject: 'New sign-in from {{ ip }}', text: 'Somebody signed in from {{ ip }}.' },
        sms: { text: 'New sign-in from {{ ip }}' },
      },
    },
    answers: {
      200: 'Written',
      ...problems.validation,
      ...problems.template,
      422: '`template_invalid`: it does not parse',
    },
  },
  {
    method: 'post',
    path: '/api/v1/templates/{code}/publish',
    tag: 'Templates',
    summary: 'Publish the drafts as a new version, which never changes',
    scope: 'templates:write',
    body: { schema: publishSchema, example: {} },
    answers: { 201: 'Published', ...problems.template, 422: '`template_invalid`: nothing to publish' },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}/versions',
    tag: 'Templates',
    summary: 'The published versions of a template',
    scope: 'templates:read',
    answers: { 200: 'The versions', ...problems.template },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}/versions/{version}',
    tag: 'Templates',
    summary: 'One published version with its sources',
    scope: 'templates:read',
    answers: { 200: 'The version', ...problems.template },
  },
];
