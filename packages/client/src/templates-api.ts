import type {
  TemplateJson,
  TemplateRequestJson,
  TemplateSources,
  TemplateVersionDetailJson,
  TemplateVersionSummaryJson,
} from '@notify/contracts';
import type { Asked } from './asked.ts';
import { type CallOptions, path, type Transport } from './call.ts';
import { type List, list, type PageQuery } from './list.ts';

export type TemplateRequest = Asked<TemplateRequestJson, 'default_locale'>;

export interface TemplatesApi {
  /** @throws NotifyError `conflict` when the code is taken. */
  create(template: TemplateRequest, options?: CallOptions): Promise<TemplateJson>;
  get(code: string, options?: CallOptions): Promise<TemplateJson>;
  list(query?: PageQuery, options?: CallOptions): List<TemplateJson>;
  getDraft(code: string, locale: string, options?: CallOptions): Promise<TemplateSources>;
  /** @throws NotifyError `template_invalid` with `errors` when it does not parse or uses what is not allowed. */
  putDraft(code: string, locale: string, sources: TemplateSources, options?: CallOptions): Promise<TemplateSources>;
  /** Makes the drafts a new version, which never changes. */
  publish(code: string, options?: CallOptions): Promise<TemplateVersionSummaryJson>;
  /** Newest first. */
  listVersions(code: string, query?: PageQuery, options?: CallOptions): List<TemplateVersionSummaryJson>;
  getVersion(code: string, version: number, options?: CallOptions): Promise<TemplateVersionDetailJson>;
}

export function templatesApi(transport: Transport): TemplatesApi {
  return {
    create: (body, options) => transport({ method: 'POST', path: '/api/v1/templates', body, ...options }),
    get: (code, options) => transport({ method: 'GET', path: path`/api/v1/templates/${code}`, ...options }),
    list: (query, options) => list(transport, { path: '/api/v1/templates', query, ...options }),
    getDraft: (code, locale, options) =>
      transport({ method: 'GET', path: path`/api/v1/templates/${code}/draft/${locale}`, ...options }),
    putDraft: (code, locale, body, options) =>
      transport({ method: 'PUT', path: path`/api/v1/templates/${code}/draft/${locale}`, body, ...options }),
    publish: (code, options) =>
      transport({ method: 'POST', path: path`/api/v1/templates/${code}/publish`, body: {}, ...options }),
    listVersions: (code, query, options) =>
      list(transport, { path: path`/api/v1/templates/${code}/versions`, query, ...options }),
    getVersion: (code, version, options) =>
      transport({ method: 'GET', path: path`/api/v1/templates/${code}/versions/${version}`, ...options }),
  };
}
