import type { ListJson } from '@notify/contracts';
import type { Call, Transport } from './call.ts';

export interface PageQuery {
  /** Items of one page, 1 to 200. Default: 50. */
  limit?: number;
  /** Of the page before: `meta.next_cursor`. */
  cursor?: string;
}

/** A list of the API: iterate over it to get every item, page after page, as far as you go. */
export interface List<T> extends AsyncIterable<T> {
  /** One page alone: the first, or the one of the query's `cursor`. `meta.next_cursor` leads to the next. */
  page(): Promise<ListJson<T>>;
}

/** Nothing is asked for before it is used; each iteration begins anew. */
export function list<T>(transport: Transport, call: Omit<Call, 'method'>): List<T> {
  const pageAt = (query: object | undefined) => transport<ListJson<T>>({ ...call, method: 'GET', query });
  return {
    page: () => pageAt(call.query),
    async *[Symbol.asyncIterator]() {
      let page = await pageAt(call.query);
      yield* page.data;
      while (page.meta.next_cursor !== null) {
        page = await pageAt({ ...call.query, cursor: page.meta.next_cursor });
        yield* page.data;
      }
    },
  };
}
