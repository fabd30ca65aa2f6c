import type { TemplateJson, TemplateRequestJson } from '@notify/contracts';
import type { Database } from '@notify/service-kit';

interface TemplateRow extends Omit<TemplateJson, 'created_at' | 'updated_at'> {
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `code, notification_type, default_locale, description, published_version,
  array(SELECT locale FROM template_drafts WHERE template_drafts.code = templates.code ORDER BY locale) AS draft_locales,
  created_at, updated_at`;

function toTemplate(row: TemplateRow): TemplateJson {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}

/** Undefined: the code is taken. */
export async function createTemplate(
  database: Database,
  template: TemplateRequestJson,
): Promise<TemplateJson | undefined> {
  const { rows } = await database.query<TemplateRow>(
    `INSERT INTO templates (code, notification_type, default_locale, description) VALUES ($1, $2, $3, $4)
     ON CONFLICT (code) DO NOTHING RETURNING ${COLUMNS}`,
    [template.code, template.notification_type, template.default_locale, template.description],
  );
  return rows[0] && toTemplate(rows[0]);
}

export async function findTemplate(database: Database, code: string): Promise<TemplateJson | undefined> {
  const { rows } = await database.query<TemplateRow>(`SELECT ${COLUMNS} FROM templates WHERE code = $1`, [code]);
  return rows[0] && toTemplate(rows[0]);
}

/** Templates by code. @param afterCode exclusive; the empty string starts from the beginning. */
export async function listTemplates(database: Database, limit: number, afterCode = ''): Promise<TemplateJson[]> {
  const { rows } = await database.query<TemplateRow>(
    `SELECT ${COLUMNS} FROM templates WHERE code > $1 ORDER BY code LIMIT $2`,
    [afterCode, limit],
  );
  return rows.map(toTemplate);
}

export async function templateExists(database: Database, code: string): Promise<boolean> {
  const { rowCount } = await database.query('SELECT 1 FROM templates WHERE code = $1', [code]);
  return rowCount === 1;
}
