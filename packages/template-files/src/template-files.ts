import type { TemplateRequestJson, TemplateSources } from '@notify/contracts';

/**
 * A template as a folder: `template.yaml` has its settings, `<locale>.yaml` the sources of a locale but for the body of its email, which is
 * `<locale>.mjml` or `<locale>.html`.
 */
export interface TemplateFiles {
  settings: TemplateRequestJson;
  locales: Record<string, TemplateSources>;
}

export const SETTINGS_FILE = 'template.yaml';
export const BODY_FORMATS = ['mjml', 'html'] as const;

/** A code may be `..` or hold a colon, which a folder's name should not. */
export function folderOf(code: string): string {
  return encodeURIComponent(code).replace(/^\.+/, (dots) => '%2E'.repeat(dots.length));
}

/** @throws URIError for a name that {@link folderOf} does not give. */
export function codeOf(folder: string): string {
  return decodeURIComponent(folder);
}
