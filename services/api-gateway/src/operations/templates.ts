import { draftSchema, pageQuerySchema, publishSchema, templateSchema } from '@notify/contracts';
import { type Operation, VALIDATION_PROBLEM } from './operation.ts';

const TEMPLATE_PROBLEM = { 404: 'No such template' };

export const TEMPLATE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/api/v1/templates',
    tag: 'Templates',
    summary: 'List templates',
    scope: 'templates:read',
    query: pageQuerySchema,
    answers: { 200: 'A page of templates', ...VALIDATION_PROBLEM },
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
    answers: { 201: 'Created', ...VALIDATION_PROBLEM, 409: 'The code is taken' },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}',
    tag: 'Templates',
    summary: 'One template',
    scope: 'templates:read',
    answers: { 200: 'The template', ...TEMPLATE_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}/draft/{locale}',
    tag: 'Templates',
    summary: 'The draft of one locale',
    scope: 'templates:read',
    answers: { 200: 'The draft', ...TEMPLATE_PROBLEM },
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
      ...VALIDATION_PROBLEM,
      ...TEMPLATE_PROBLEM,
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
    answers: { 201: 'Published', ...TEMPLATE_PROBLEM, 422: '`template_invalid`: nothing to publish' },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}/versions',
    tag: 'Templates',
    summary: 'The published versions of a template',
    scope: 'templates:read',
    answers: { 200: 'The versions', ...TEMPLATE_PROBLEM },
  },
  {
    method: 'get',
    path: '/api/v1/templates/{code}/versions/{version}',
    tag: 'Templates',
    summary: 'One published version with its sources',
    scope: 'templates:read',
    answers: { 200: 'The version', ...TEMPLATE_PROBLEM },
  },
];
