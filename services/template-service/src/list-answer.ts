import type { ListJson } from '@notify/contracts';
import { encodeCursor } from '@notify/service-kit';

/**
 * A page of a list.
 * @param found one more than `limit`, where there are more: it tells whether there is a next page.
 * @param keyOf the sort key of an item.
 */
export function listAnswer<Row, Item>(
  found: Row[],
  limit: number,
  keyOf: (row: Row) => string,
  toItem: (row: Row) => Item,
): ListJson<Item> {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { data: page.map(toItem), meta: { limit, next_cursor: hasMore ? encodeCursor([keyOf(last)]) : null } };
}
