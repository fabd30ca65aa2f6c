import Joi from 'joi';
import { VARIABLE_TYPES, type VariableDeclaration, type VariableDeclarations } from '../declared-variables.ts';
import type { FieldError } from '../error-codes.ts';
import type { TemplateSources, TemplateVersionJson } from '../template-version.ts';
import * as field from './fields.ts';

/** `POST /api/v1/templates` */
export interface TemplateRequestJson {
  code: string;
  notification_type?: string;
  default_locale: string;
  description?: string;
  variables?: VariableDeclarations;
}

const VARIABLE_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const MAX_EXAMPLE_CHARACTERS = 10_000;

function refuseLongJson(value: unknown, helpers: Joi.CustomHelpers) {
  try {
    if (JSON.stringify(value).length <= MAX_EXAMPLE_CHARACTERS) return value;
  } catch {
    // Nested so deeply that it can't be written down.
  }
  return helpers.message({ custom: `{{#label}} must have at most ${MAX_EXAMPLE_CHARACTERS} characters as JSON` });
}

const declarationsSchema = Joi.object<VariableDeclarations>()
  .pattern(
    VARIABLE_NAME_PATTERN,
    Joi.object<VariableDeclaration>({
      type: Joi.string()
        .valid(...VARIABLE_TYPES)
        .default('string'),
      required: Joi.boolean().default(true),
      max_length: Joi.number().integer().min(1).max(100_000),
      description: field.text(500),
      example: Joi.any().custom(refuseLongJson).required(),
    }),
  )
  .max(50);

export const templateSchema = Joi.object<TemplateRequestJson>({
  code: field.callerId().required(),
  notification_type: field.callerId(),
  default_locale: field.locale().default('en'),
  description: field.text(1000),
  variables: declarationsSchema,
}).label('Template');

/** `PATCH /api/v1/templates/{code}`: what is not there stays, null removes. Holds for versions published from then on. */
export interface TemplatePatchJson {
  notification_type?: string | null;
  default_locale?: string;
  description?: string | null;
  variables?: VariableDeclarations | null;
}
export const templatePatchSchema = Joi.object<TemplatePatchJson>({
  notification_type: field.callerId().allow(null),
  default_locale: field.locale(),
  description: field.text(1000).allow(null),
  variables: declarationsSchema.allow(null),
})
  .min(1)
  .label('TemplatePatch');

/** `PUT /api/v1/templates/{code}/draft/{locale}` */
export const draftSchema = Joi.object<TemplateSources>({
  email: Joi.object({
    subject: field.headerText(998).required(),
    mjml: field.text(200_000),
    html: field.text(200_000),
    text: field.text(100_000),
  })
    .or('mjml', 'html', 'text')
    .nand('mjml', 'html'),
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

/** PostgreSQL's integer. */
const MAX_VERSION = 2_147_483_647;
export const versionNumber = () => Joi.number().integer().min(1).max(MAX_VERSION);

/** `POST .../rollback` */
export const rollbackSchema = Joi.object<{ version: number }>({ version: versionNumber().required() }).label(
  'Rollback',
);

/** `POST .../preview` */
export interface PreviewRequestJson {
  locale?: string;
  /** Default: the drafts, as they would be published. */
  version?: number;
  /** Default: the examples of the declared variables. */
  variables?: Record<string, unknown>;
}
export const previewSchema = Joi.object<PreviewRequestJson>({
  locale: field.locale(),
  version: versionNumber(),
  variables: Joi.object().unknown(),
}).label('Preview');

export interface TemplateJson {
  code: string;
  notification_type: string | null;
  default_locale: string;
  description: string | null;
  /** As they will be published. */
  variables: VariableDeclarations | null;
  /** The version that is sent now; null before the first publish. */
  published_version: number | null;
  draft_locales: string[];
  created_at: string;
  updated_at: string;
}
/** `GET .../versions`, and the answer of publish and rollback. */
export interface TemplateVersionSummaryJson {
  code: string;
  version: number;
  locales: string[];
  published_at: string;
}
/** How large an SMS is. */
export interface SmsSizeJson {
  encoding: 'gsm-7' | 'ucs-2';
  /** Septets of GSM-7, where some characters take two, or 16-bit units of UCS-2. */
  units: number;
  /** As vendors charge them: 160 and 70 units, or 153 and 67 where there are several. */
  segments: number;
}
/** What publish found out by rendering with the examples, by locale. */
export type TemplateSizesJson = Record<string, { sms?: SmsSizeJson; push?: { payload_bytes: number } }>;
export interface PublishedTemplateJson extends TemplateVersionSummaryJson {
  sizes: TemplateSizesJson;
}
/** `POST .../preview`. What is missing is shown as `[name]`. */
export interface TemplatePreviewJson {
  code: string;
  /** Null: the drafts. */
  version: number | null;
  /** The one that was found for the locale that was asked for. */
  locale: string;
  channels: {
    email?: { subject: string; html?: string; text?: string };
    sms?: { text: string } & SmsSizeJson;
    push?: { title: string; body: string; data?: Record<string, string>; payload_bytes: number };
    in_app?: { title: string; body: string; action_url?: string };
  };
  /** A send with these variables would be refused for them. */
  missing_variables: string[];
  /** Variables that are not as declared. */
  errors: FieldError[];
}
/** `GET .../versions/{n}` */
export interface TemplateVersionDetailJson extends TemplateVersionJson {
  published_at: string;
}
