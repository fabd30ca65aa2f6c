import { draftSchema, templateSchema, validate } from '@notify/contracts';
import { type Database, inTransaction, type Logger } from '@notify/service-kit';
import { readTemplates, type TemplateFiles } from '@notify/template-files';
import { putDraftWithin } from './draft-store.ts';
import { prepareDrafts } from './prepare-drafts.ts';
import { createTemplate } from './template-store.ts';
import { insertVersion } from './version-store.ts';

/**
 * Publishes the templates of a folder that have never been loaded before: from then on they are the operator's, who may change or delete
 * them for good. One whose code is taken is left alone. Instances that start together load each once.
 * @throws AppError `template_invalid` for one that can't be published.
 */
export async function loadStarterTemplates(database: Database, dir: string, logger: Logger): Promise<void> {
  const { rows } = await database.query<{ code: string }>('SELECT code FROM starter_templates');
  const loaded = new Set(rows.map(({ code }) => code));
  for (const template of await readTemplates(dir)) {
    const { code } = template.settings;
    if (!loaded.has(code) && (await load(database, template))) logger.info('starter template loaded', { code });
  }
}

/** False: somebody else did, or has a template with this code. */
async function load(database: Database, { settings, locales }: TemplateFiles): Promise<boolean> {
  const template = validate(templateSchema, settings, settings.code);
  const drafts = Object.entries(locales).map(
    ([locale, sources]) => [locale, validate(draftSchema, sources, `${settings.code}, ${locale}`)] as const,
  );
  const content = {
    default_locale: template.default_locale,
    variables: template.variables ?? null,
    locales: Object.fromEntries(drafts),
  };
  // Before the transaction: compiling takes a while.
  const prepared = await prepareDrafts(content);
  return inTransaction(database, async (client) => {
    const { rowCount } = await client.query('INSERT INTO starter_templates (code) VALUES ($1) ON CONFLICT DO NOTHING', [
      template.code,
    ]);
    if (rowCount === 0 || (await createTemplate(client, template)) === undefined) return false;
    for (const [locale, sources] of drafts) await putDraftWithin(client, template.code, locale, sources);
    await insertVersion(client, template.code, { ...content, locales: prepared.locales });
    return true;
  });
}
