import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openRedis } from '@notify/service-kit';
import { createTestKit, testRedisUrl } from '@notify/testing';
import type { Redis } from 'ioredis';
import { createIdempotencyStore, type IdempotencyStore } from '../src/idempotency-store.ts';

let kit: ReturnType<typeof createTestKit>;
let redis: Redis;
let store: IdempotencyStore<{ n: number }>;
let key: string;

beforeEach(async () => {
  kit = createTestKit('idempotency-test');
  redis = await openRedis(testRedisUrl(), kit.logger, kit.lifecycle);
  store = createIdempotencyStore(redis);
  key = randomUUID();
});
afterEach(() => kit.lifecycle.shutdown('test'));

const begin = (id: string, asked = 'body', owner = 'caller') => store.begin(owner, key, asked, id);

test('of twenty requests at once one may go on, the others are told that it is under way', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => begin(`id-${index}`)));
  expect(answers.filter(({ state }) => state === 'mine')).toHaveLength(1);
  expect(answers.filter(({ state }) => state === 'in_flight')).toHaveLength(19);
});

test('once answered the key answers alike, and another request under it is told apart', async () => {
  await begin('a');
  await store.finish('caller', key, { n: 1 });
  expect(await begin('b')).toEqual({ state: 'answered', answer: { n: 1 } });
  expect(await begin('b', 'another body')).toEqual({ state: 'reused' });
  expect(await begin('b', 'body', 'another caller')).toEqual({ state: 'mine', id: 'b', isFirst: true });
});

test('a key that was released keeps its id, one that was forgotten does not', async () => {
  await begin('a');
  await store.release('caller', key);
  expect(await begin('b')).toEqual({ state: 'mine', id: 'a', isFirst: false });
  await store.forget('caller', key);
  expect(await begin('c')).toEqual({ state: 'mine', id: 'c', isFirst: true });
});

test('a key whose gateway died is free again after a while, under the same id', async () => {
  await begin('a');

  for (const each of await redis.keys('idempotency:caller:*')) {
    if ((await redis.hget(each, 'id')) === 'a') await redis.hset(each, 'busy_until', '1');
  }
  expect(await begin('b')).toEqual({ state: 'mine', id: 'a', isFirst: false });
});

test('a key is kept for 24 hours from its first use, and without Redis nothing is done', async () => {
  await begin('a');
  await store.release('caller', key);
  await begin('b');
  const names = await redis.keys('idempotency:caller:*');
  for (const name of names) expect(await redis.ttl(name)).toBeLessThanOrEqual(24 * 3600);
  redis.disconnect();
  await expect(begin('c')).rejects.toMatchObject({ code: 'dependency_unavailable' });
});
