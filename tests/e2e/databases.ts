import pg from 'pg';

const urls = (process.env['E2E_DATABASE_URLS'] ?? '').split(' ').filter(Boolean);

/** Where in all PostgreSQL databases of the system one of these texts stands, in any column of any table, whatever its case. */
export async function findInDatabases(texts: readonly string[]): Promise<string[]> {
  if (urls.length === 0)
    throw new Error('E2E_DATABASE_URLS is not set: run end-to-end tests through "npm test -- --only=e2e"');
  const found: string[] = [];
  for (const url of urls) {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ name: string }>(
        `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      for (const { name } of tables) {
        for (const text of texts) {
          const { rowCount } = await client.query(
            `SELECT 1 FROM ${name} AS row WHERE strpos(lower(row::text), $1) > 0 LIMIT 1`,
            [text.toLowerCase()],
          );
          if (rowCount !== 0) found.push(`${text} in ${new URL(url).pathname.slice(1)} ${name}`);
        }
      }
    } finally {
      await client.end();
    }
  }
  return found;
}
