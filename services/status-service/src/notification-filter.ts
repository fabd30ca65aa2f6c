import type { NotificationFilterJson } from '@notify/contracts';

/** The sort key of a list's item; lists go from the newest to the oldest. */
export interface ListPlace {
  createdAt: string;
  id: string;
}

/**
 * The filter as conditions of SQL, with the values of their parameters; both may be added to. What only receipts told of is no
 * notification yet.
 */
export function conditionsOf(filter: NotificationFilterJson): { conditions: string[]; values: unknown[] } {
  const conditions = ['is_known'];
  const values: unknown[] = [];
  const where = (condition: (parameter: string) => string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  for (const column of ['status', 'channel', 'user_id', 'notification_type', 'priority'] as const) {
    where((parameter) => `${column} = ${parameter}`, filter[column]);
  }
  where((parameter) => `created_at > ${parameter}`, filter.created_after);
  where((parameter) => `created_at < ${parameter}`, filter.created_before);
  return { conditions, values };
}

/** The condition for what comes after `place` in a list; its parameters are added to `values`. */
export function isBefore(place: ListPlace, values: unknown[]): string {
  values.push(place.createdAt, place.id);
  return `(created_at, id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`;
}
