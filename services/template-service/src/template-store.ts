import type { TemplateJson, TemplatePatchJson, TemplateRequestJson } from '@notify/contracts';
import type { Database, DatabaseClient } from '@notify/service-kit';

/** A database, or a transaction of it. */
export type Queries = Pick<DatabaseClient, 'query'>;

interface TemplateRow extends Omit<TemplateJson, 'created_at' | 'updated_at'> {
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `code, notification_type, default_locale, description, variables, published_version,
  array(SELECT locale FROM template_drafts WHERE template_drafts.code = templates.code ORDER BY locale) AS draft_locales,
  created_at, updated_at`;

function toTemplate(row: TemplateRow): TemplateJson {
  return { ...row, created_at: row.created_at.toISOString(), updated_at: row.updated_at.toISOString() };
}

function jsonOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}

/** Undefined: the code is taken. That of a deleted template is free; the numbers of its versions go on. */
export async function createTemplate(
  queries: Queries,
  template: TemplateRequestJson,
): Promise<TemplateJson | undefined> {
  const { code, notification_type, default_locale, description, variables } = template;
  const { rows } = await queries.query<TemplateRow>(
    `INSERT INTO templates (code, notification_type, default_locale, description, variables) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (code) DO UPDATE
     SET notification_type = excluded.notification_type, default_locale = excluded.default_locale,
         description = excluded.description, variables = excluded.variables,
         created_at = now(), updated_at = now(), deleted_at = NULL
     WHERE templates.deleted_at IS NOT NULL RETURNING ${COLUMNS}`,
    [code, notification_type, default_locale, description, jsonOrNull(variables)],
  );
  return rows[0] && toTemplate(rows[0]);
}

const PATCHABLE = ['notification_type', 'default_locale', 'description', 'variables'] as const;

/** Changes what the patch has. Undefined: no such template. */
export async function patchTemplate(
  database: Database,
  code: string,
  patch: TemplatePatchJson,
): Promise<TemplateJson | undefined> {
  const changed = PATCHABLE.filter((column) => patch[column] !== undefined);
  const values = changed.map((column) => (column === 'variables' ? jsonOrNull(patch.variables) : patch[column]));
  const { rows } = await database.query<TemplateRow>(
    `UPDATE templates SET ${changed.map((column, index) => `${column} = $${index + 2}, `).join('')}updated_at = now()
     WHERE code = $1 AND deleted_at IS NULL RETURNING ${COLUMNS}`,
    [code, ...values],
  );
  return rows[0] && toTemplate(rows[0]);
}

/** Nothing of it can be sent, read or written from then on. False: no such template. */
export async function deleteTemplate(database: Database, code: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `WITH deleted AS (
       UPDATE templates SET deleted_at = now(), published_version = NULL WHERE code = $1 AND deleted_at IS NULL RETURNING code
     ), drafts AS (
       DELETE FROM template_drafts USING deleted WHERE template_drafts.code = deleted.code
     ) SELECT FROM deleted`,
    [code],
  );
  return rowCount === 1;
}

export async function findTemplate(database: Database, code: string): Promise<TemplateJson | undefined> {
  const { rows } = await database.query<TemplateRow>(
    `SELECT ${COLUMNS} FROM templates WHERE code = $1 AND deleted_at IS NULL`,
    [code],
  );
  return rows[0] && toTemplate(rows[0]);
}

/** Templates by code. @param afterCode exclusive; the empty string starts from the beginning. */
export async function listTemplates(database: Database, limit: number, afterCode = ''): Promise<TemplateJson[]> {
  const { rows } = await database.query<TemplateRow>(
    `SELECT ${COLUMNS} FROM templates WHERE code > $1 AND deleted_at IS NULL ORDER BY code LIMIT $2`,
    [afterCode, limit],
  );
  return rows.map(toTemplate);
}

export async function templateExists(database: Database, code: string): Promise<boolean> {
  const { rowCount } = await database.query('SELECT 1 FROM templates WHERE code = $1 AND deleted_at IS NULL', [code]);
  return rowCount === 1;
}
