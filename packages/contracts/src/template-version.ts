import type { VariableDeclarations } from './declared-variables.ts';

/** The sources of one locale of a template; a channel that is not there has no content. Same shape on the wire. */
export interface TemplateSources {
  /** Either MJML or HTML is written. A published version has both: its `html` is what the MJML was compiled to. */
  email?: { subject: string; mjml?: string; html?: string; text?: string };
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
  /** Undefined: nothing is declared, and what is missing is found by rendering alone. */
  variables?: VariableDeclarations;
}
/** template-service's `GET /templates/{code}/published[?version=]`. */
export interface TemplateVersionJson {
  code: string;
  version: number;
  default_locale: string;
  locales: Record<string, TemplateSources>;
  variables: VariableDeclarations | null;
}

export function templateVersionFromJson(json: TemplateVersionJson): TemplateVersion {
  return {
    code: json.code,
    version: json.version,
    defaultLocale: json.default_locale,
    locales: json.locales,
    // A template-service of the version before this one sends none.
    variables: json.variables ?? undefined,
  };
}
