import {
  draftSchema,
  type TemplateRequestJson,
  type TemplateSources,
  templateSchema,
  validate,
} from '@notify/contracts';
import { type Database, inTransaction, type Logger } from '@notify/service-kit';
import { readTemplates, type TemplateFiles } from '@notify/template-files';
import { putDraftWithin } from './draft-store.ts';
import { compileLocales } from './prepare-drafts.ts';
import { createTemplate } from './template-store.ts';
import { insertVersion } from './version-store.ts';

interface StarterTemplate {
  settings: TemplateRequestJson;
  drafts: Record<string, TemplateSources>;
}

/**
 * Publishes the templates of a folder that have never been loaded before: from then on they are the operator's, who may change or delete
 * them for good. One whose code is taken is left alone. Instances that start together load each once.
 * @throws AppError `validation_failed` or `template_invalid` for one that can't be a template.
 */
export async function loadStarterTemplates(database: Database, dir: string, logger: Logger): Promise<void> {
  const { rows } = await database.query<{ code: string }>('SELECT code FROM starter_templates');
  const loaded = new Set(rows.map(({ code }) => code));
  const files = await readTemplates(dir);
  const starters = files.filter(({ settings }) => !loaded.has(settings.code)).map(toStarter);
  const compiled = await compileTogether(starters);
  for (const starter of starters) {
    const { code } = starter.settings;
    if (await load(database, starter, compiled)) logger.info('starter template loaded', { code });
  }
}

function toStarter({ settings, locales }: TemplateFiles): StarterTemplate {
  return {
    settings: validate(templateSchema, settings, settings.code),
    drafts: Object.fromEntries(
      Object.entries(locales).map(([locale, sources]) => [
        locale,
        validate(draftSchema, sources, `${settings.code}, ${locale}`),
      ]),
    ),
  };
}

const keyOf = (code: string, locale: string) => `${code}/${locale}`;

/** By code and locale. All at once: most of the time that it takes is to load MJML. */
function compileTogether(starters: StarterTemplate[]): Promise<Record<string, TemplateSources>> {
  const drafts = starters.flatMap(({ settings, drafts }) =>
    Object.entries(drafts).map(([locale, sources]) => [keyOf(settings.code, locale), sources] as const),
  );
  return compileLocales(Object.fromEntries(drafts), (key) => `${key}.`);
}

/** False: somebody else did, or has a template with this code. */
async function load(
  database: Database,
  { settings, drafts }: StarterTemplate,
  compiled: Record<string, TemplateSources>,
): Promise<boolean> {
  const { code, default_locale, variables = null } = settings;
  const locales = Object.fromEntries(
    Object.entries(drafts).map(([locale, sources]) => [locale, compiled[keyOf(code, locale)] ?? sources]),
  );
  return inTransaction(database, async (client) => {
    const { rowCount } = await client.query('INSERT INTO starter_templates (code) VALUES ($1) ON CONFLICT DO NOTHING', [
      code,
    ]);
    if (rowCount === 0 || (await createTemplate(client, settings)) === undefined) return false;
    for (const [locale, sources] of Object.entries(drafts)) await putDraftWithin(client, code, locale, sources);
    await insertVersion(client, code, { default_locale, variables, locales });
    return true;
  });
}
