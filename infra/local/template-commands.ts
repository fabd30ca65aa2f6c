import { isDeepStrictEqual } from 'node:util';
import { type Client, NotifyError } from '@notify/client';
import type { TemplateJson } from '@notify/contracts';
import { readTemplates, type TemplateFiles, writeTemplates } from '@notify/template-files';
import { readableError } from './readable-error.ts';
import { textTable } from './text-table.ts';

type TemplatesApi = Client['templates'];

export const templatesUsage = [
  'npm run templates -- export <dir>    the drafts and settings of every template, as files',
  'npm run templates -- import <dir>    makes the templates what the files say, and publishes those that changed',
].join('\n');

/**
 * Does one `npm run templates` command. @returns what to print.
 * @throws Error that a person can read: what the API refused, a file that can't be read, or the usage.
 */
export async function runTemplatesCommand(args: readonly string[], { templates }: Client): Promise<string> {
  const [command, dir, ...more] = args;
  if (dir === undefined || more.length > 0) throw new Error(templatesUsage);
  try {
    if (command === 'export') return await exportTemplates(templates, dir);
    if (command === 'import') return await importTemplates(templates, dir);
  } catch (error) {
    throw readableError(error);
  }
  throw new Error(templatesUsage);
}

async function exportTemplates(api: TemplatesApi, dir: string): Promise<string> {
  const found: TemplateFiles[] = [];
  for await (const template of api.list({ limit: 200 })) found.push(await filesOf(api, template));
  await writeTemplates(dir, found);
  return `${found.length} template${found.length === 1 ? '' : 's'} in ${dir}`;
}

async function filesOf(api: TemplatesApi, template: TemplateJson): Promise<TemplateFiles> {
  const { code, description, notification_type, default_locale, variables, draft_locales } = template;
  const locales: TemplateFiles['locales'] = {};
  for (const locale of draft_locales) locales[locale] = await api.getDraft(code, locale);
  return {
    settings: {
      code,
      ...(description !== null && { description }),
      ...(notification_type !== null && { notification_type }),
      default_locale,
      ...(variables !== null && { variables }),
    },
    locales,
  };
}

async function importTemplates(api: TemplatesApi, dir: string): Promise<string> {
  const files = await readTemplates(dir);
  if (files.length === 0) throw new Error(`There is no template in ${dir}: no folder of it has a template.yaml.`);
  const rows: string[][] = [];
  for (const template of files) {
    const { code } = template.settings;
    try {
      rows.push([code, await importTemplate(api, template)]);
    } catch (error) {
      throw new Error(`${code}: ${(readableError(error) as Error).message}`);
    }
  }
  return textTable(rows, '');
}

/** @returns what was done. */
async function importTemplate(api: TemplatesApi, { settings, locales }: TemplateFiles): Promise<string> {
  const { code } = settings;
  const before = await findTemplate(api, code);
  const there = before && (await filesOf(api, before));
  let changed = false;
  if (there === undefined) await api.create(settings);
  else if (!isDeepStrictEqual(settings, there.settings)) {
    const { notification_type = null, description = null, variables = null, default_locale } = settings;
    await api.patch(code, { notification_type, description, variables, default_locale });
    changed = true;
  }
  for (const [locale, sources] of Object.entries(locales)) {
    if (isDeepStrictEqual(sources, there?.locales[locale])) continue;
    await api.putDraft(code, locale, sources);
    changed = true;
  }
  for (const locale of before?.draft_locales ?? []) {
    if (locales[locale] !== undefined) continue;
    await api.deleteDraft(code, locale);
    changed = true;
  }
  if (!changed && before !== undefined && (await isPublished(api, before))) return 'unchanged';
  const { version } = await api.publish(code);
  return `version ${version} published`;
}

/** Whether what is sent is what the template says now: a publish may have failed after its drafts were put, or was rolled back. */
async function isPublished(api: TemplatesApi, { code, published_version, updated_at }: TemplateJson): Promise<boolean> {
  if (published_version === null) return false;
  const { published_at } = await api.getVersion(code, published_version);
  // Of one transaction, and so the same, unless something was changed since.
  return published_at === updated_at;
}

async function findTemplate(api: TemplatesApi, code: string): Promise<TemplateJson | undefined> {
  try {
    return await api.get(code);
  } catch (error) {
    if (error instanceof NotifyError && error.code === 'template_not_found') return undefined;
    throw error;
  }
}
