import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalLocale, type TemplateRequestJson, type TemplateSources } from '@notify/contracts';
import { parse } from 'yaml';
import { BODY_FORMATS, codeOf, SETTINGS_FILE, type TemplateFiles } from './template-files.ts';

/**
 * The templates of a folder, by code: each of its folders with a `template.yaml` is one. Whether they are good ones is for the API to say.
 * Locales are spelled as the API spells them, whatever the files are called.
 * @throws Error that names the file: not readable, no YAML, a second one for its locale, or a body without the rest of its email.
 */
export async function readTemplates(dir: string): Promise<TemplateFiles[]> {
  const templates: TemplateFiles[] = [];
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const folder = join(dir, entry.name);
    const names = await readdir(folder);
    if (names.includes(SETTINGS_FILE)) templates.push(await readTemplate(folder, codeOf(entry.name), names));
  }
  return templates.sort((a, b) => (a.settings.code < b.settings.code ? -1 : 1));
}

async function readTemplate(folder: string, code: string, names: string[]): Promise<TemplateFiles> {
  const settings = (await readYaml(join(folder, SETTINGS_FILE))) as Omit<TemplateRequestJson, 'code'>;
  if (typeof settings.default_locale === 'string') settings.default_locale = canonicalLocale(settings.default_locale);
  const locales: Record<string, TemplateSources> = {};
  for (const name of names.filter((each) => each.endsWith('.yaml') && each !== SETTINGS_FILE).sort()) {
    const locale = localeOf(name, '.yaml');
    if (locales[locale] !== undefined) throw new Error(`${join(folder, name)}: there is another file for ${locale}`);
    locales[locale] = (await readYaml(join(folder, name))) as TemplateSources;
  }
  for (const format of BODY_FORMATS) {
    for (const name of names.filter((each) => each.endsWith(`.${format}`))) {
      const email = locales[localeOf(name, `.${format}`)]?.email;
      if (email === undefined)
        throw new Error(`${join(folder, name)}: there is no email with a subject in the .yaml beside it`);
      email[format] = await readFile(join(folder, name), 'utf8');
    }
  }
  return { settings: { ...settings, code }, locales };
}

const localeOf = (name: string, extension: string): string => canonicalLocale(name.slice(0, -extension.length));

/** @throws Error for what is not a mapping. */
async function readYaml(path: string): Promise<object> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new Error(`${path}: it has to be a mapping of names to values`);
  }
  return content;
}
