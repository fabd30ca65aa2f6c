import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { BODY_FORMATS, folderOf, SETTINGS_FILE, type TemplateFiles } from './template-files.ts';

const OURS = /\.(yaml|mjml|html)$/;

/** Writes each template into its folder in `dir`, and takes out files that it no longer has. Other folders are left alone. */
export async function writeTemplates(dir: string, templates: readonly TemplateFiles[]): Promise<void> {
  for (const template of templates) {
    const folder = join(dir, folderOf(template.settings.code));
    await mkdir(folder, { recursive: true });
    const files = filesOf(template);
    for (const name of await readdir(folder)) if (OURS.test(name) && !files.has(name)) await rm(join(folder, name));
    for (const [name, content] of files) await writeFile(join(folder, name), content);
  }
}

/** By name. What is not set is not written, so that files differ only where templates do. */
function filesOf({ settings: { code: _folder, ...settings }, locales }: TemplateFiles): Map<string, string> {
  const files = new Map([[SETTINGS_FILE, yamlOf(settings)]]);
  for (const [locale, sources] of Object.entries(locales)) {
    if (sources.email === undefined) {
      files.set(`${locale}.yaml`, yamlOf(sources));
      continue;
    }
    const { mjml, html, ...email } = sources.email;
    files.set(`${locale}.yaml`, yamlOf({ ...sources, email }));
    for (const format of BODY_FORMATS) {
      const body = { mjml, html }[format];
      if (body !== undefined) files.set(`${locale}.${format}`, body);
    }
  }
  return files;
}

/** Lines are not folded: a template's line is one line. */
function yamlOf(content: object): string {
  return stringify(content, { lineWidth: 0, singleQuote: true, blockQuote: 'literal' });
}
