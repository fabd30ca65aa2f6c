import { suppressionSchema, suppressionsQuerySchema } from '@notify/contracts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';
import { suppression, suppressionPage } from './user-answers.ts';

export const SUPPRESSION_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/suppressions',
    tag: 'Users',
    summary:
      'Addresses to which nothing is sent, newest first: hard bounces, complaints and STOP replies add themselves',
    scope: 'users:read',
    query: suppressionsQuerySchema,
    answers: { 200: suppressionPage('A page of suppressions'), ...VALIDATION_PROBLEM },
  },
  {
    method: 'post',
    path: '/api/v1/suppressions',
    tag: 'Users',
    summary: 'Suppress an address by hand, or with the reason that another system knows',
    scope: 'users:write',
    body: {
      schema: suppressionSchema,
      example: { channel: 'email', address: 'person@example.com', reason: 'complaint' },
    },
    answers: {
      200: suppression('It was suppressed before, and stays as it is'),
      201: suppression('Suppressed'),
      ...VALIDATION_PROBLEM,
    },
  },
  {
    method: 'delete',
    path: '/api/v1/suppressions/{id}',
    tag: 'Users',
    summary: 'Allow an address again',
    scope: 'users:write',
    answers: { 204: 'Removed', ...VALIDATION_PROBLEM, 404: 'No such suppression', 503: 'Redis is away: try again' },
  },
];
