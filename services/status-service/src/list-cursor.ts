import { decodeCursor } from '@notify/service-kit';
import type { ListPlace } from './notification-filter.ts';

export const UUID_PATTERN = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TIME_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** @throws AppError `validation_failed` when it is not a cursor of ours: a foreign time or id would fail in the database. */
export function readListCursor(cursor: string): ListPlace {
  // Date.parse knows a 29 February in every year; PostgreSQL does not.
  const isTime = (part: string) =>
    TIME_PATTERN.test(part) && !Number.isNaN(Date.parse(part)) && new Date(part).toISOString() === part;
  const [createdAt = '', id = ''] = decodeCursor(cursor, isTime, (part) => UUID_PATTERN.test(part));
  return { createdAt, id };
}
