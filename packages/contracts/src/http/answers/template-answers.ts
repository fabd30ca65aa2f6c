import Joi from 'joi';
import { VARIABLE_TYPES } from '../../declared-variables.ts';
import type { TemplateSources } from '../../template-version.ts';
import type {
  PublishedTemplateJson,
  SmsSizeJson,
  TemplateJson,
  TemplatePreviewJson,
  TemplateVersionDetailJson,
  TemplateVersionSummaryJson,
} from '../templates.ts';
import * as field from './answer-fields.ts';
import { fieldErrorSchema } from './field-error.ts';

/** What is said of templates. */

const declarationSchema = Joi.object({
  type: field.oneOf(VARIABLE_TYPES),
  required: field.flag(),
  max_length: field.count().optional(),
  description: field.text().optional(),
  example: Joi.any().required(),
}).meta({ title: 'VariableDeclaration' });
const declarations = () => field.byKey(declarationSchema).allow(null);

export const templateAnswerSchema = field.named<TemplateJson>('Template', {
  code: field.text(),
  notification_type: field.text().allow(null),
  default_locale: field.text(),
  description: field.text().allow(null),
  variables: declarations(),
  published_version: field.count().allow(null),
  draft_locales: field.listOf(field.text()),
  created_at: field.time(),
  updated_at: field.time(),
});
export const templatePageSchema = field.pageOf('Template', templateAnswerSchema);

const push = { title: field.text(), body: field.text(), data: field.byKey(field.text()).optional() };
const inApp = { title: field.text(), body: field.text(), action_url: field.text().optional() };

export const templateSourcesSchema = field.named<TemplateSources>('TemplateSources', {
  email: Joi.object({
    subject: field.text(),
    mjml: field.text().optional(),
    html: field.text().optional(),
    text: field.text().optional(),
  }),
  sms: Joi.object({ text: field.text() }),
  push: Joi.object(push),
  in_app: Joi.object(inApp),
});

const versionSummary = {
  code: field.text(),
  version: field.count(),
  locales: field.listOf(field.text()),
  published_at: field.time(),
};
export const templateVersionSummarySchema = field.named<TemplateVersionSummaryJson>(
  'TemplateVersionSummary',
  versionSummary,
);
export const templateVersionPageSchema = field.pageOf('TemplateVersionSummary', templateVersionSummarySchema);

const smsSize: Joi.StrictSchemaMap<SmsSizeJson> = {
  encoding: field.oneOf(['gsm-7', 'ucs-2']),
  units: field.count(),
  segments: field.count(),
};
const sizesSchema = Joi.object({
  sms: Joi.object(smsSize),
  push: Joi.object({ payload_bytes: field.count() }),
}).meta({ title: 'TemplateSizes' });
export const publishedTemplateSchema = field.named<PublishedTemplateJson>('PublishedTemplate', {
  ...versionSummary,
  sizes: field.byKey(sizesSchema),
});

export const templateVersionSchema = field.named<TemplateVersionDetailJson>('TemplateVersion', {
  code: field.text(),
  version: field.count(),
  default_locale: field.text(),
  locales: field.byKey(templateSourcesSchema),
  variables: declarations(),
  published_at: field.time(),
});

const renderedSchema = field.named<TemplatePreviewJson['channels']>('RenderedChannels', {
  email: Joi.object({ subject: field.text(), html: field.text().optional(), text: field.text().optional() }),
  sms: Joi.object({ text: field.text(), ...smsSize }),
  push: Joi.object({ ...push, payload_bytes: field.count() }),
  in_app: Joi.object(inApp),
});
export const templatePreviewSchema = field.named<TemplatePreviewJson>('TemplatePreview', {
  code: field.text(),
  version: field.count().allow(null),
  locale: field.text(),
  channels: renderedSchema.required(),
  missing_variables: field.listOf(field.text()),
  errors: field.listOf(fieldErrorSchema),
});
