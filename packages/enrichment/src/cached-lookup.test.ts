import { expect, test } from '@jest/globals';
import { CachedLookup } from './cached-lookup.ts';

const options = { maxEntries: 10, ttlMs: 60_000 };

test('concurrent callers share one fetch, and later ones are answered from memory', async () => {
  let fetches = 0;
  const lookup = new CachedLookup(async (key) => ({ key, n: ++fetches }), options);
  const [first, second] = await Promise.all([lookup.get('a'), lookup.get('a')]);
  expect(first).toBe(second);
  expect(await lookup.get('a')).toBe(first);
  expect(fetches).toBe(1);
});

test('an answer that was on its way when its key was dropped is not kept', async () => {
  let release: (value: { v: string }) => void = () => {};
  const answers = [new Promise<{ v: string }>((resolve) => (release = resolve)), Promise.resolve({ v: 'new' })];
  const lookup = new CachedLookup(async () => answers.shift(), options);
  const early = lookup.get('a');
  lookup.drop('a');
  release({ v: 'old' });
  expect(await early).toEqual({ v: 'old' });
  expect(await lookup.get('a')).toEqual({ v: 'new' });
});

test('what is missing or failed is asked for again', async () => {
  const answers: (() => Promise<{ v: number } | undefined>)[] = [
    async () => undefined,
    async () => {
      throw new Error('away');
    },
    async () => ({ v: 1 }),
  ];
  const lookup = new CachedLookup(async () => answers.shift()?.(), options);
  expect(await lookup.get('a')).toBeUndefined();
  await expect(lookup.get('a')).rejects.toThrow('away');
  expect(await lookup.get('a')).toEqual({ v: 1 });
});

test('while its source is away what is remembered is served until its time is over, and then no longer', async () => {
  const ttlMs = 100;
  let isAway = false;
  const lookup = new CachedLookup(
    async () => {
      if (isAway) throw new Error('away');
      return { v: 1 };
    },
    { maxEntries: 10, ttlMs },
  );
  const startedAt = performance.now();
  await lookup.get('a');
  isAway = true;
  let servedAtMs = 0;
  const failure = await (async () => {
    for (;;) {
      try {
        await lookup.get('a');
        servedAtMs = performance.now() - startedAt;
        await new Promise((resolve) => setTimeout(resolve, 1));
      } catch (error) {
        return (error as Error).message;
      }
    }
  })();
  expect(failure).toBe('away');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(ttlMs);
  expect(servedAtMs).toBeGreaterThan(0);
});
