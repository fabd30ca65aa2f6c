/** Lays rows out in aligned columns, the first row being the heading. A missing cell is empty. */
export function textTable(rows: readonly (readonly (string | undefined)[])[], indent = '  '): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) => (indent + widths.map((width, column) => (row[column] ?? '').padEnd(width)).join('  ')).trimEnd())
    .join('\n');
}
