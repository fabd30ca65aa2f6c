import { decodeCursor } from '@notify/service-kit';
import type { ListPlace } from './notification-filter.ts';

export const UUID_PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** As we write it; `Date.parse` alone would take a 30th of February. No row is older than 1970, and PostgreSQL knows no year 0. */
function isTime(part: string): boolean {
  const ms = Date.parse(part);
  return ms >= 0 && /^\d{4}-/.test(part) && new Date(ms).toISOString() === part;
}

/** @throws AppError `validation_failed` when it is not a cursor of ours: a foreign time or id would fail in the database. */
export function readListCursor(cursor: string): ListPlace {
  const [createdAt = '', id = ''] = decodeCursor(cursor, isTime, (part) => UUID_PATTERN.test(part));
  return { createdAt, id };
}
