import type { TemplateSources } from '@notify/contracts';
import { type Database, inTransaction } from '@notify/service-kit';

/** Creates or replaces. False: no such template. */
export async function putDraft(
  database: Database,
  code: string,
  locale: string,
  sources: TemplateSources,
): Promise<boolean> {
  return inTransaction(database, async (client) => {
    // Locks the template, so that a publish sees the draft as a whole or not at all.
    const { rowCount } = await client.query('UPDATE templates SET updated_at = now() WHERE code = $1', [code]);
    if (rowCount === 0) return false;
    await client.query(
      `INSERT INTO template_drafts (code, locale, sources) VALUES ($1, $2, $3)
       ON CONFLICT (code, locale) DO UPDATE SET sources = excluded.sources, updated_at = now()`,
      [code, locale, JSON.stringify(sources)],
    );
    return true;
  });
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
