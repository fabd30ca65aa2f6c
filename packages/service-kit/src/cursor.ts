import { AppError } from '@notify/contracts';

/** An opaque place in a list: the sort key of the last item seen. */
export function encodeCursor(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * @param count how many parts this list's key has.
 * @throws AppError `validation_failed` (400) when it is not a cursor of ours.
 */
export function decodeCursor(cursor: string, count: number): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === count && parts.every((part) => typeof part === 'string')) return parts;
  } catch {
    // Falls through to the one answer below.
  }
  throw new AppError('validation_failed', '1 problem in the query', {
    errors: [{ field: 'cursor', code: 'invalid_cursor', message: 'cursor must be a next_cursor of this list' }],
  });
}
