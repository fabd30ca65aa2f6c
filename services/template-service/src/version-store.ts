import type {
  TemplateSources,
  TemplateVersionDetailJson,
  TemplateVersionSummaryJson,
  VariableDeclarations,
} from '@notify/contracts';
import { type Database, inTransaction } from '@notify/service-kit';
import { findDrafts } from './draft-store.ts';
import type { Queries } from './template-store.ts';

/** What is published, or would be. */
export interface TemplateContent {
  default_locale: string;
  variables: VariableDeclarations | null;
  locales: Record<string, TemplateSources>;
}
type SummaryRow = Omit<TemplateVersionSummaryJson, 'published_at'> & { published_at: Date };

function toSummary(row: SummaryRow): TemplateVersionSummaryJson {
  return { ...row, published_at: row.published_at.toISOString() };
}

/** A template as it would be published now. Undefined: no such template. */
export async function findContent(queries: Queries, code: string): Promise<TemplateContent | undefined> {
  const { rows } = await queries.query<Omit<TemplateContent, 'locales'>>(
    'SELECT default_locale, variables FROM templates WHERE code = $1 AND deleted_at IS NULL',
    [code],
  );
  return rows[0] && { ...rows[0], locales: await findDrafts(queries, code) };
}

/**
 * Makes the next version of a template, at once or not at all. The drafts stay, to be worked on.
 * @param drafts from which `compiled` was made.
 * @returns undefined: they have changed since, or the template is gone.
 */
export async function publishVersion(
  database: Database,
  code: string,
  drafts: TemplateContent,
  compiled: TemplateContent['locales'],
): Promise<TemplateVersionSummaryJson | undefined> {
  return inTransaction(database, async (client) => {
    // The row's lock makes parallel publishes wait for each other: no number is given twice or left out.
    await client.query('SELECT FROM templates WHERE code = $1 FOR UPDATE', [code]);
    const now = await findContent(client, code);
    if (JSON.stringify(now) !== JSON.stringify(drafts)) return undefined;
    return insertVersion(client, code, { ...drafts, locales: compiled });
  });
}

/** As a part of a transaction that has the template's row locked. */
export async function insertVersion(
  transaction: Queries,
  code: string,
  { default_locale, variables, locales }: TemplateContent,
): Promise<TemplateVersionSummaryJson> {
  const { rows } = await transaction.query<SummaryRow>(
    `WITH template AS (
       UPDATE templates SET last_version = last_version + 1, published_version = last_version + 1, updated_at = now()
       WHERE code = $1 RETURNING code, last_version
     )
     INSERT INTO template_versions (code, version, default_locale, variables, locale_names, locales)
     SELECT code, last_version, $2, $3, $4, $5 FROM template
     RETURNING code, version, locale_names AS locales, published_at`,
    [code, default_locale, variables && JSON.stringify(variables), Object.keys(locales), JSON.stringify(locales)],
  );
  return toSummary(rows[0] as SummaryRow);
}

/** Makes an earlier version, or a later one, the one that is sent. Undefined: no such template, or no such version. */
export async function rollBack(
  database: Database,
  code: string,
  version: number,
): Promise<TemplateVersionSummaryJson | undefined> {
  const { rows } = await database.query<SummaryRow>(
    `UPDATE templates SET published_version = $2, updated_at = now() FROM template_versions v
     WHERE templates.code = $1 AND deleted_at IS NULL AND v.code = $1 AND v.version = $2
     RETURNING v.code, v.version, v.locale_names AS locales, v.published_at`,
    [code, version],
  );
  return rows[0] && toSummary(rows[0]);
}

/** Newest first. @param beforeVersion exclusive */
export async function listVersions(
  database: Database,
  code: string,
  limit: number,
  beforeVersion?: number,
): Promise<TemplateVersionSummaryJson[]> {
  const { rows } = await database.query<SummaryRow>(
    `SELECT code, version, locale_names AS locales, published_at FROM template_versions
     WHERE code = $1 AND ($2::integer IS NULL OR version < $2) ORDER BY version DESC LIMIT $3`,
    [code, beforeVersion, limit],
  );
  return rows.map(toSummary);
}

/** @param version default: the one that is sent now. @returns undefined: no such template or version, or never published. */
export async function findVersion(
  database: Database,
  code: string,
  version?: number,
): Promise<TemplateVersionDetailJson | undefined> {
  const { rows } = await database.query<Omit<TemplateVersionDetailJson, 'published_at'> & { published_at: Date }>(
    `SELECT v.code, v.version, v.default_locale, v.variables, v.locales, v.published_at
     FROM template_versions v JOIN templates ON templates.code = v.code
     WHERE v.code = $1 AND deleted_at IS NULL AND v.version = coalesce($2::integer, published_version)`,
    [code, version],
  );
  return rows[0] && { ...rows[0], published_at: rows[0].published_at.toISOString() };
}
