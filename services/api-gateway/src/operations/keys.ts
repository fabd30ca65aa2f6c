import { apiKeyRequestSchema, auditQuerySchema, pageQuerySchema } from '@notify/contracts';
import { apiKeyPage, auditPage, newApiKey, userToken } from './key-answers.ts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';

const KEY_PROBLEM = { 404: 'No such key', 409: '`conflict`: it is the key of the settings' };

export const KEY_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/api/v1/api_keys',
    tag: 'Keys',
    summary: 'Make an API key: it is shown in this answer and never again',
    scope: 'admin',
    body: {
      schema: apiKeyRequestSchema,
      example: {
        name: 'shop',
        scopes: ['notifications:write', 'notifications:read'],
        expires_at: '2030-01-01T00:00:00Z',
      },
    },
    answers: { 201: newApiKey('Made: `key` is the key'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/api_keys',
    tag: 'Keys',
    summary: 'List API keys',
    scope: 'admin',
    query: pageQuerySchema,
    answers: { 200: apiKeyPage('A page of keys, without their secrets'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'post',
    path: '/api/v1/api_keys/{id}/rotate',
    tag: 'Keys',
    summary: 'Give a key another secret; the old one stays good for 24 hours, also when it is rotated again meanwhile',
    scope: 'admin',
    answers: { 200: newApiKey('Rotated: `key` is the new key'), ...KEY_PROBLEM },
  },
  {
    method: 'delete',
    path: '/api/v1/api_keys/{id}',
    tag: 'Keys',
    summary: 'Revoke a key: within a second it is refused everywhere',
    scope: 'admin',
    answers: { 204: 'Revoked', ...KEY_PROBLEM },
  },
  {
    method: 'post',
    path: '/api/v1/users/{user_id}/tokens',
    tag: 'Keys',
    summary: "Make a short-lived token for a user's browser: it reads that user's inbox, and nothing else",
    scope: 'users:write',
    answers: {
      201: userToken('Made: `token`, sent as `Authorization: Bearer`, is good until `expires_at`'),
      404: 'No such user',
    },
  },
  {
    method: 'get',
    path: '/api/v1/audit_log',
    tag: 'Keys',
    summary: 'Who changed what, when: newest first',
    scope: 'admin',
    query: auditQuerySchema,
    answers: { 200: auditPage('A page of entries'), ...VALIDATION_PROBLEM },
  },
];
