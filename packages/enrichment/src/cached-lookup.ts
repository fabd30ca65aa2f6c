import { LRUCache } from 'lru-cache';

/**
 * Remembers what a slower source said, for a while. What is not there is not remembered, so that something
 * created a moment ago is found; and an answer that was on its way when its key was dropped is not kept.
 */
export class CachedLookup<T extends object> {
  readonly #cache: LRUCache<string, T>;
  readonly #onTheWay = new Map<string, Promise<T | undefined>>();
  readonly #fetch: (key: string) => Promise<T | undefined>;

  constructor(fetch: (key: string) => Promise<T | undefined>, options: { maxEntries: number; ttlMs: number }) {
    this.#fetch = fetch;
    this.#cache = new LRUCache({ max: options.maxEntries, ttl: options.ttlMs });
  }

  /** Concurrent callers share one fetch. @throws what the fetch throws; that is not remembered either. */
  get(key: string): Promise<T | undefined> | T {
    return this.#cache.get(key) ?? this.#onTheWay.get(key) ?? this.#start(key);
  }

  drop(key: string): void {
    this.#cache.delete(key);
    this.#onTheWay.delete(key);
  }

  dropAll(isMeant: (key: string) => boolean): void {
    for (const key of [...this.#cache.keys(), ...this.#onTheWay.keys()]) if (isMeant(key)) this.drop(key);
  }

  /** Everything: changes may have been missed. */
  clear(): void {
    this.#cache.clear();
    this.#onTheWay.clear();
  }

  #start(key: string): Promise<T | undefined> {
    const fetching = this.#fetch(key).then(
      (value) => {
        if (this.#onTheWay.get(key) === fetching) {
          this.#onTheWay.delete(key);
          if (value !== undefined) this.#cache.set(key, value);
        }
        return value;
      },
      (error: unknown) => {
        if (this.#onTheWay.get(key) === fetching) this.#onTheWay.delete(key);
        throw error;
      },
    );
    this.#onTheWay.set(key, fetching);
    return fetching;
  }
}
