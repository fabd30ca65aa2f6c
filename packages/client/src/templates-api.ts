import type {
  PreviewRequestJson,
  PublishedTemplateJson,
  TemplateJson,
  TemplatePatchJson,
  TemplatePreviewJson,
  TemplateRequestJson,
  TemplateSources,
  TemplateVersionDetailJson,
  TemplateVersionSummaryJson,
  VariableDeclaration,
} from '@notify/contracts';
import type { Asked } from './asked.ts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

/** A `string` that is required, unless it says otherwise. */
export type VariableRequest = Partial<VariableDeclaration> & Pick<VariableDeclaration, 'example'>;
interface WithVariables<None = never> {
  variables?: Record<string, VariableRequest> | None;
}
export type TemplateRequest = Omit<Asked<TemplateRequestJson, 'default_locale'>, 'variables'> & WithVariables;
export type TemplatePatch = Omit<TemplatePatchJson, 'variables'> & WithVariables<null>;

export interface TemplatesApi {
  /** @throws NotifyError `conflict` when the code is taken. */
  create(template: TemplateRequest, options?: CallOptions): Promise<TemplateJson>;
  get(code: string, options?: CallOptions): Promise<TemplateJson>;
  list(query?: PageQuery, options?: CallOptions): List<TemplateJson>;
  /** Settings, for the versions that are published from then on; null removes. */
  patch(code: string, changes: TemplatePatch, options?: CallOptions): Promise<TemplateJson>;
  /** With its versions. What waits to be sent with it is not sent. */
  delete(code: string, options?: CallOptions): Promise<void>;
  getDraft(code: string, locale: string, options?: CallOptions): Promise<TemplateSources>;
  /** @throws NotifyError `template_invalid` with `errors` when it does not parse or uses what is not allowed. */
  putDraft(code: string, locale: string, sources: TemplateSources, options?: CallOptions): Promise<TemplateSources>;
  /** Leaves a locale out of the versions to come. */
  deleteDraft(code: string, locale: string, options?: CallOptions): Promise<void>;
  /**
   * Makes the drafts a new version, which never changes.
   * @throws NotifyError `template_invalid` with `errors` when something is too large, or uses variables that are not declared.
   */
  publish(code: string, options?: CallOptions): Promise<PublishedTemplateJson>;
  /** Sends an earlier version again. */
  rollback(code: string, version: number, options?: CallOptions): Promise<TemplateVersionSummaryJson>;
  /** Every channel, rendered: of the drafts, or of a version. */
  preview(code: string, request?: PreviewRequestJson, options?: CallOptions): Promise<TemplatePreviewJson>;
  /** Newest first. */
  listVersions(code: string, query?: PageQuery, options?: CallOptions): List<TemplateVersionSummaryJson>;
  getVersion(code: string, version: number, options?: CallOptions): Promise<TemplateVersionDetailJson>;
}

export function templatesApi(transport: Transport): TemplatesApi {
  return {
    create: (body, options) => transport({ method: 'POST', path: '/api/v1/templates', body, ...options }),
    get: (code, options) => transport({ method: 'GET', path: path`/api/v1/templates/${code}`, ...options }),
    list: (query, options) => list(transport, { path: '/api/v1/templates', query, ...options }),
    patch: (code, body, options) =>
      transport({ method: 'PATCH', path: path`/api/v1/templates/${code}`, body, ...options }),
    delete: (code, options) => transport({ method: 'DELETE', path: path`/api/v1/templates/${code}`, ...options }),
    getDraft: (code, locale, options) =>
      transport({ method: 'GET', path: path`/api/v1/templates/${code}/draft/${locale}`, ...options }),
    putDraft: (code, locale, body, options) =>
      transport({ method: 'PUT', path: path`/api/v1/templates/${code}/draft/${locale}`, body, ...options }),
    deleteDraft: (code, locale, options) =>
      transport({ method: 'DELETE', path: path`/api/v1/templates/${code}/draft/${locale}`, ...options }),
    publish: (code, options) =>
      transport({ method: 'POST', path: path`/api/v1/templates/${code}/publish`, body: {}, ...options }),
    rollback: (code, version, options) =>
      transport({ method: 'POST', path: path`/api/v1/templates/${code}/rollback`, body: { version }, ...options }),
    preview: (code, body = {}, options) =>
      transport({ method: 'POST', path: path`/api/v1/templates/${code}/preview`, body, ...options }),
    listVersions: (code, query, options) =>
      list(transport, { path: path`/api/v1/templates/${code}/versions`, query, ...options }),
    getVersion: (code, version, options) =>
      transport({ method: 'GET', path: path`/api/v1/templates/${code}/versions/${version}`, ...options }),
  };
}
