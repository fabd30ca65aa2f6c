import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openRedis } from '@notify/service-kit';
import { createTestKit, testRedisUrl } from '@notify/testing';
import type { Redis } from 'ioredis';
import { createIdempotencyStore, type IdempotencyStore, type KeyedRequest } from '../src/idempotency-store.ts';

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

const request = (more: Partial<KeyedRequest> = {}): KeyedRequest => ({ owner: 'caller', key, asked: 'body', ...more });
const begin = (id: string, more?: Partial<KeyedRequest>) => store.begin(request(more), id);

test('of twenty requests at once one may go on, the others are told that it is under way', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => begin(`id-${index}`)));
  expect(answers.filter(({ state }) => state === 'mine')).toHaveLength(1);
  expect(answers.filter(({ state }) => state === 'in_flight')).toHaveLength(19);
});

test('once answered the key answers alike, and another request under it is told apart', async () => {
  await begin('a');
  await store.finish(request(), 'a', { n: 1 });
  expect(await begin('b')).toEqual({ state: 'answered', answer: { n: 1 } });
  expect(await begin('b', { asked: 'another body' })).toEqual({ state: 'reused' });
  expect(await begin('b', { owner: 'another caller' })).toEqual({ state: 'mine', id: 'b', isFirst: true });
});

test('a key that was released keeps its id, one that was forgotten does not', async () => {
  await begin('a');
  await store.release(request(), 'a');
  expect(await begin('b')).toEqual({ state: 'mine', id: 'a', isFirst: false });
  await store.forget(request(), 'a');
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
  await store.release(request(), 'a');
  await begin('b');
  const names = await redis.keys('idempotency:caller:*');
  for (const name of names) expect(await redis.ttl(name)).toBeLessThanOrEqual(24 * 3600);
  redis.disconnect();
  await expect(begin('c')).rejects.toMatchObject({ code: 'dependency_unavailable' });
});

/** As if Redis had come back without its data. */
const loseKey = async () => {
  for (const name of await redis.keys('idempotency:caller:*')) await redis.del(name);
};

test('a request that is under way while Redis loses its data is answered alike afterwards, and its key still ends', async () => {
  await begin('a');
  await loseKey();
  await store.finish(request(), 'a', { n: 1 });
  expect(await begin('b')).toEqual({ state: 'answered', answer: { n: 1 } });
  expect(await begin('b', { asked: 'another body' })).toEqual({ state: 'reused' });
  for (const name of await redis.keys('idempotency:caller:*')) expect(await redis.ttl(name)).toBeGreaterThan(0);

  await loseKey();
  await begin('c');
  await loseKey();
  await store.release(request(), 'c');
  expect(await begin('d')).toEqual({ state: 'mine', id: 'c', isFirst: false });
});

test('who began before Redis lost its data does not settle the key of who began after', async () => {
  await begin('a');
  await loseKey();
  await begin('b');
  await store.forget(request(), 'a');
  await store.release(request(), 'a');
  await store.finish(request(), 'a', { n: 1 });
  expect(await begin('c')).toEqual({ state: 'in_flight' });
  await store.finish(request(), 'b', { n: 2 });
  expect(await begin('c')).toEqual({ state: 'answered', answer: { n: 2 } });
});
