/** The sources of one locale of a template; a channel that is not there has no content. Same shape on the wire. */
export interface TemplateSources {
  email?: { subject: string; html?: string; text?: string };
  sms?: { text: string };
  push?: { title: string; body: string; data?: Record<string, string> };
  in_app?: { title: string; body: string; action_url?: string };
}

/** A published version: it never changes. */
export interface TemplateVersion {
  code: string;
  version: number;
  defaultLocale: string;
  locales: Record<string, TemplateSources>;
}
/** template-service's `GET /templates/{code}/published[?version=]`. */
export interface TemplateVersionJson {
  code: string;
  version: number;
  default_locale: string;
  locales: Record<string, TemplateSources>;
}

export function templateVersionFromJson(json: TemplateVersionJson): TemplateVersion {
  return { code: json.code, version: json.version, defaultLocale: json.default_locale, locales: json.locales };
}
