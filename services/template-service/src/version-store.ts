import type { TemplateSources, TemplateVersionDetailJson, TemplateVersionSummaryJson } from '@notify/contracts';
import { type Database, inTransaction } from '@notify/service-kit';

/**
 * Makes all drafts of a template its next version, at once or not at all. The drafts stay, to be worked on.
 * @param verify throws what is wrong with the drafts; then nothing is published.
 * @returns undefined: no such template.
 */
export async function publishDrafts(
  database: Database,
  code: string,
  verify: (drafts: Record<string, TemplateSources>, defaultLocale: string) => void,
): Promise<TemplateVersionSummaryJson | undefined> {
  return inTransaction(database, async (client) => {
    // The row's lock makes parallel publishes wait for each other: no number is given twice or left out.
    const templates = await client.query<{ version: number; default_locale: string }>(
      `UPDATE templates SET last_version = last_version + 1, published_version = last_version + 1, updated_at = now()
       WHERE code = $1 RETURNING last_version AS version, default_locale`,
      [code],
    );
    const template = templates.rows[0];
    if (template === undefined) return undefined;
    const drafts = await client.query<{ locale: string; sources: TemplateSources }>(
      'SELECT locale, sources FROM template_drafts WHERE code = $1 ORDER BY locale',
      [code],
    );
    const locales = Object.fromEntries(drafts.rows.map(({ locale, sources }) => [locale, sources]));
    verify(locales, template.default_locale);
    const versions = await client.query<{ published_at: Date }>(
      `INSERT INTO template_versions (code, version, default_locale, locale_names, locales) VALUES ($1, $2, $3, $4, $5)
       RETURNING published_at`,
      [code, template.version, template.default_locale, Object.keys(locales), JSON.stringify(locales)],
    );
    const { published_at: publishedAt } = versions.rows[0] as { published_at: Date };
    return {
      code,
      version: template.version,
      locales: Object.keys(locales),
      published_at: publishedAt.toISOString(),
    };
  });
}

/** Newest first. @param beforeVersion exclusive */
export async function listVersions(
  database: Database,
  code: string,
  limit: number,
  beforeVersion?: number,
): Promise<TemplateVersionSummaryJson[]> {
  const { rows } = await database.query<Omit<TemplateVersionSummaryJson, 'published_at'> & { published_at: Date }>(
    `SELECT code, version, locale_names AS locales, published_at FROM template_versions
     WHERE code = $1 AND ($2::integer IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
    [code, beforeVersion, limit],
  );
  return rows.map((row) => ({ ...row, published_at: row.published_at.toISOString() }));
}

/** @param version default: the one that is sent now. @returns undefined: never published, or no such version. */
export async function findVersion(
  database: Database,
  code: string,
  version?: number,
): Promise<TemplateVersionDetailJson | undefined> {
  const { rows } = await database.query<Omit<TemplateVersionDetailJson, 'published_at'> & { published_at: Date }>(
    `SELECT code, version, default_locale, locales, published_at FROM template_versions
     WHERE code = $1 AND version = coalesce($2::integer, (SELECT published_version FROM templates WHERE code = $1))`,
    [code, version],
  );
  return rows[0] && { ...rows[0], published_at: rows[0].published_at.toISOString() };
}
