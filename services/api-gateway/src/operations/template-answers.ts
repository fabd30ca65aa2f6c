import {
  publishedTemplateSchema,
  type TemplateJson,
  type TemplateSources,
  type TemplateVersionSummaryJson,
  templateAnswerSchema,
  templatePageSchema,
  templatePreviewSchema,
  templateSourcesSchema,
  templateVersionPageSchema,
  templateVersionSchema,
  templateVersionSummarySchema,
} from '@notify/contracts';
import { says, saysPage } from './operation.ts';

const SIGN_IN: TemplateJson = {
  code: 'sign_in',
  notification_type: 'security_alert',
  default_locale: 'en',
  description: null,
  variables: { ip: { type: 'string', required: true, example: '203.0.113.1' } },
  published_version: 1,
  draft_locales: ['en'],
  created_at: '2026-12-01T09:00:00.000Z',
  updated_at: '2026-12-01T09:05:00.000Z',
};
export const template = says(templateAnswerSchema, SIGN_IN);
export const templatePage = saysPage(templatePageSchema, SIGN_IN);

const SOURCES: TemplateSources = {
  email: { subject: 'New sign-in from {{ ip }}', text: 'Somebody signed in from {{ ip }}.' },
  sms: { text: 'New sign-in from {{ ip }}' },
};
export const templateSources = says(templateSourcesSchema, SOURCES);

const VERSION: TemplateVersionSummaryJson = {
  code: 'sign_in',
  version: 1,
  locales: ['en'],
  published_at: '2026-12-01T09:05:00.000Z',
};
export const templateVersionSummary = says(templateVersionSummarySchema, VERSION);
export const templateVersionPage = saysPage(templateVersionPageSchema, VERSION);
export const publishedTemplate = says(publishedTemplateSchema, {
  ...VERSION,
  sizes: { en: { sms: { encoding: 'gsm-7', units: 28, segments: 1 } } },
});
export const templateVersion = says(templateVersionSchema, {
  code: VERSION.code,
  version: VERSION.version,
  default_locale: 'en',
  locales: { en: SOURCES },
  variables: SIGN_IN.variables,
  published_at: VERSION.published_at,
});

export const templatePreview = says(templatePreviewSchema, {
  code: 'sign_in',
  version: null,
  locale: 'en',
  channels: {
    email: { subject: 'New sign-in from 203.0.113.1', text: 'Somebody signed in from 203.0.113.1.' },
    sms: { text: 'New sign-in from 203.0.113.1', encoding: 'gsm-7', units: 28, segments: 1 },
  },
  missing_variables: [],
  errors: [],
});
