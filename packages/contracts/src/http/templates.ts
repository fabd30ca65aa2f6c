import Joi from 'joi';
import type { TemplateSources, TemplateVersionJson } from '../template-version.ts';
import * as field from './fields.ts';

/** `POST /api/v1/templates` */
export interface TemplateRequestJson {
  code: string;
  notification_type?: string;
  default_locale: string;
  description?: string;
}
export const templateSchema = Joi.object<TemplateRequestJson>({
  code: field.callerId().required(),
  notification_type: field.callerId(),
  default_locale: field.locale().default('en'),
  description: field.text(1000),
}).label('Template');

/** `PUT /api/v1/templates/{code}/draft/{locale}` */
export const draftSchema = Joi.object<TemplateSources>({
  email: Joi.object({
    subject: field.headerText(998).required(),
    html: field.text(200_000),
    text: field.text(100_000),
  }).or('html', 'text'),
  sms: Joi.object({ text: field.text(1600).required() }),
  push: Joi.object({
    title: field.headerText(200).required(),
    body: field.text(4000).required(),
    data: Joi.object().pattern(field.DATA_KEY_PATTERN, field.text(4096)),
  }),
  in_app: Joi.object({
    title: field.headerText(500).required(),
    body: field.text(10_000).required(),
    action_url: field.text(2000),
  }),
})
  .or('email', 'sms', 'push', 'in_app')
  .label('TemplateDraft');

export const publishSchema = Joi.object({}).label('Publish');

export interface TemplateJson {
  code: string;
  notification_type: string | null;
  default_locale: string;
  description: string | null;
  /** The version that is sent now; null before the first publish. */
  published_version: number | null;
  draft_locales: string[];
  created_at: string;
  updated_at: string;
}
/** `GET .../versions` and the answer of publish. */
export interface TemplateVersionSummaryJson {
  code: string;
  version: number;
  locales: string[];
  published_at: string;
}
/** `GET .../versions/{n}` */
export interface TemplateVersionDetailJson extends TemplateVersionJson {
  published_at: string;
}
