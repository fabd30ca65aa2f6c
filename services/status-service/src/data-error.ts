/** SQLSTATE classes that speak of the data itself: bad values, broken constraints, program limits. */
const DATA_CLASSES = new Set(['22', '23', '54']);

/**
 * PostgreSQL will refuse this data however often it is tried. Everything else (away, a deadlock, a bug of ours)
 * may go well the next time and must never cost a message.
 */
export function isDataError(error: unknown): boolean {
  // JSON.stringify runs out of stack on a value that is nested too deep.
  if (error instanceof RangeError) return true;
  const code = error instanceof Error ? (error as Error & { code?: unknown }).code : undefined;
  return typeof code === 'string' && code.length === 5 && DATA_CLASSES.has(code.slice(0, 2));
}
