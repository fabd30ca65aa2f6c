import { deviceSchema, pageQuerySchema, preferencesSchema, userPatchSchema, userPutSchema } from '@notify/contracts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';
import { device, devicePage, preferences, user, userPage } from './user-answers.ts';

const USER_PROBLEM = { 404: 'No such user' };

export const USER_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/users',
    tag: 'Users',
    summary: 'List users',
    scope: 'users:read',
    query: pageQuerySchema,
    answers: { 200: userPage('A page of users'), ...VALIDATION_PROBLEM },
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
        country: 'CA',
        phone: '416 555 0123',
        locale: 'fr-CA',
        timezone: 'America/Toronto',
        name: 'Ada',
      },
    },
    answers: { 200: user('Replaced'), 201: user('Created'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}',
    tag: 'Users',
    summary: 'One user',
    scope: 'users:read',
    answers: { 200: user('The user'), ...USER_PROBLEM },
  },
  {
    method: 'patch',
    path: '/api/v1/users/{user_id}',
    tag: 'Users',
    summary: 'Change some fields of a user',
    scope: 'users:write',
    body: { schema: userPatchSchema, example: { phone: '+14155550124' } },
    answers: { 200: user('Changed'), ...VALIDATION_PROBLEM, ...USER_PROBLEM },
  },
  {
    method: 'delete',
    path: '/api/v1/users/{user_id}',
    tag: 'Users',
    summary: 'Erase a person, in every service: what waits for them is cancelled, and only ids and outcomes stay',
    scope: 'users:write',
    answers: { 204: 'Erased here; everywhere else within seconds', ...USER_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/users/{user_id}/devices',
    tag: 'Users',
    summary: "List a user's devices",
    scope: 'users:read',
    query: pageQuerySchema,
    answers: { 200: devicePage('A page of devices'), ...VALIDATION_PROBLEM, ...USER_PROBLEM },
  },
  {
    method: 'post',
    path: '/api/v1/users/{user_id}/devices',
    tag: 'Users',
    summary: 'Register a device for push',
    scope: 'users:write',
    body: { schema: deviceSchema, example: { token: 'fcm-registration-token', platform: 'android', provider: 'fcm' } },
    answers: {
      200: device('It was registered before, and is up to date'),
      201: device('Registered'),
      ...VALIDATION_PROBLEM,
      ...USER_PROBLEM,
    },
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
    summary: "A user's preferences",
    scope: 'users:read',
    answers: { 200: preferences('The preferences'), ...USER_PROBLEM },
  },
  {
    method: 'put',
    path: '/api/v1/users/{user_id}/preferences',
    tag: 'Users',
    summary: "Replace a user's preferences: channels, in general and by notification type, and quiet hours",
    scope: 'users:write',
    body: {
      schema: preferencesSchema,
      example: {
        channels: { sms: false },
        channel_order: ['push', 'email'],
        types: { marketing: { channels: { email: false } } },
        quiet_hours: {
          start: '22:00',
          end: '07:00',
          timezone: 'Africa/Lagos',
          days: ['mon', 'tue', 'wed', 'thu', 'sun'],
        },
      },
    },
    answers: { 200: preferences('Replaced'), ...VALIDATION_PROBLEM, ...USER_PROBLEM },
  },
];
