import { AppError, type ListJson } from '@notify/contracts';

/** An opaque place in a list: the sort key of the last item seen. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * @param checks one for each part of this list's key: a cursor of another list, or a made-up one, must not reach the database.
 * @throws AppError `validation_failed` (400) when it is not a cursor of this list.
 */
export function decodeCursor(cursor: string, ...checks: ((part: string) => boolean)[]): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === checks.length) {
      if (checks.every((isValid, index) => typeof parts[index] === 'string' && isValid(parts[index]))) return parts;
    }
  } catch {
    // Falls through to the one answer below.
  }
  throw new AppError('validation_failed', '1 problem in the query', {
    errors: [{ field: 'cursor', code: 'invalid_cursor', message: 'cursor must be a next_cursor of this list' }],
  });
}

/**
 * A page of a list.
 * @param found one more than `limit`, where there are more: it tells whether there is a next page.
 * @param keyOf the sort key of a row, for the cursor.
 */
export function listAnswer<Row, Item>(
  found: Row[],
  limit: number,
  keyOf: (row: Row) => string[],
  toItem: (row: Row) => Item,
): ListJson<Item> {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { data: page.map(toItem), meta: { limit, next_cursor: hasMore ? encodeCursor(keyOf(last)) : null } };
}
