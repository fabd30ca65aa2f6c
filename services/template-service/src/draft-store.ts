import type { TemplateSources } from '@notify/contracts';
import { type Database, inTransaction } from '@notify/service-kit';
import type { Queries } from './template-store.ts';

/** Creates or replaces. False: no such template. */
export async function putDraft(
  database: Database,
  code: string,
  locale: string,
  sources: TemplateSources,
): Promise<boolean> {
  return inTransaction(database, (client) => putDraftWithin(client, code, locale, sources));
}

/** As {@link putDraft}, as a part of a transaction. */
export async function putDraftWithin(
  transaction: Queries,
  code: string,
  locale: string,
  sources: TemplateSources,
): Promise<boolean> {
  // Locks the template, so that a publish sees the draft as a whole or not at all.
  const { rowCount } = await transaction.query(
    'UPDATE templates SET updated_at = now() WHERE code = $1 AND deleted_at IS NULL',
    [code],
  );
  if (rowCount === 0) return false;
  await transaction.query(
    `INSERT INTO template_drafts (code, locale, sources) VALUES ($1, $2, $3)
     ON CONFLICT (code, locale) DO UPDATE SET sources = excluded.sources, updated_at = now()`,
    [code, locale, JSON.stringify(sources)],
  );
  return true;
}

export async function findDraft(
  database: Database,
  code: string,
  locale: string,
): Promise<TemplateSources | undefined> {
  const { rows } = await database.query<{ sources: TemplateSources }>(
    'SELECT sources FROM template_drafts WHERE code = $1 AND locale = $2',
    [code, locale],
  );
  return rows[0]?.sources;
}

/** All drafts of a template, by locale. */
export async function findDrafts(queries: Queries, code: string): Promise<Record<string, TemplateSources>> {
  const { rows } = await queries.query<{ locale: string; sources: TemplateSources }>(
    'SELECT locale, sources FROM template_drafts WHERE code = $1 ORDER BY locale',
    [code],
  );
  return Object.fromEntries(rows.map(({ locale, sources }) => [locale, sources]));
}

/** False: there was no such draft. */
export async function deleteDraft(database: Database, code: string, locale: string): Promise<boolean> {
  return inTransaction(database, async (client) => {
    await client.query('UPDATE templates SET updated_at = now() WHERE code = $1', [code]);
    const { rowCount } = await client.query('DELETE FROM template_drafts WHERE code = $1 AND locale = $2', [
      code,
      locale,
    ]);
    return rowCount === 1;
  });
}
