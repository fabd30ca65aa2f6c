import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openRedis } from '@notify/service-kit';
import { createTestKit, testRedisUrl } from '@notify/testing';
import type { Redis } from 'ioredis';
import { createAddressDigest } from '../src/address-digest.ts';
import { type Claims, createClaims } from '../src/claims.ts';
import { type Closings, createClosings } from '../src/closings.ts';
import { notificationKey } from '../src/keys.ts';
import { createSuppressedAddresses } from '../src/suppressed-addresses.ts';

const digestOf = createAddressDigest('a-secret-of-the-tests-that-is-long-enough');

let kit: ReturnType<typeof createTestKit>;
let redis: Redis;
let claims: Claims<{ n: number }>;
let closings: Closings;
let id: string;

beforeEach(async () => {
  kit = createTestKit('claims-test');
  redis = await openRedis(testRedisUrl(), kit.logger, kit.lifecycle);
  claims = createClaims(redis, digestOf);
  closings = createClosings(redis);
  id = randomUUID();
});
afterEach(() => kit.lifecycle.shutdown('test'));

const at = (hop = 0, attempt = 1, epoch = 0) => ({ epoch, hop, attempt });

test('a position is granted once; who comes later finds it being sent, then what came of it', async () => {
  expect(await claims.begin(id, at(), 'a')).toEqual({ state: 'granted' });
  expect(await claims.begin(id, at(), 'b')).toMatchObject({ state: 'sending', ageSeconds: expect.any(Number) });
  expect(await claims.read(id, at())).toBeUndefined();
  await claims.finish(id, at(), { n: 1 }, true);
  expect(await claims.begin(id, at(), 'c')).toEqual({ state: 'done', outcome: { n: 1 } });
  expect(await claims.read(id, at())).toEqual({ n: 1 });
});

test('a claim whose answer was lost is granted to its token once more, and only once', async () => {
  await claims.begin(id, at(), 'mine');
  expect(await claims.begin(id, at(), 'mine')).toEqual({ state: 'granted' });
  expect(await claims.begin(id, at(), 'mine')).toMatchObject({ state: 'sending' });
});

test('of twenty that ask at once one is granted', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => claims.begin(id, at(), randomUUID())));
  expect(answers.filter(({ state }) => state === 'granted')).toHaveLength(1);
});

test('what was cancelled before anything was sent can not be claimed any more, however often it is cancelled', async () => {
  await claims.begin(id, at(), 'a');
  await claims.finish(id, at(), { n: 1 }, false);
  expect(await closings.cancel(id, 0)).toBe(true);
  expect(await closings.cancel(id, 0)).toBe(true);
  expect(await claims.begin(id, at(0, 2), 'b')).toEqual({ state: 'closed', reason: 'cancelled' });
  // What was done before is told all the same: its publications may have to be repeated.
  expect(await claims.begin(id, at(), 'c')).toEqual({ state: 'done', outcome: { n: 1 } });
});

test('a cancel comes too late while a provider is being asked, and when one has it', async () => {
  await claims.begin(id, at(), 'a');
  expect(await closings.cancel(id, 0)).toBe(false);
  await claims.finish(id, at(), { n: 1 }, true);
  expect(await closings.cancel(id, 0)).toBe(false);
  expect(await claims.begin(id, at(1), 'b')).toEqual({ state: 'granted' });
});

test('what an earlier epoch sent does not keep its replay from being cancelled; what this one sent does', async () => {
  await claims.begin(id, at(), 'a');
  await claims.finish(id, at(), { n: 1 }, true);
  await claims.begin(id, at(0, 1, 10), 'b');
  expect(await closings.cancel(id, 10)).toBe(false);
  expect(await closings.cancel(id, 1)).toBe(true);
  expect(await claims.begin(id, at(0, 1, 1), 'c')).toEqual({ state: 'closed', reason: 'cancelled' });
});

test('a receipt that says it arrived does not shorten for how long a cancel holds', async () => {
  await closings.cancel(id, 0);
  const ttl = () => redis.ttl(notificationKey(id));
  const cancelledFor = await ttl();
  await closings.closeDelivered(id);
  expect(await ttl()).toBeGreaterThan(cancelledFor - 60);
  expect(await claims.begin(id, at(), 'a')).toEqual({ state: 'closed', reason: 'cancelled' });
});

test('what has arrived is not sent again: all of it, or the one hop that is for itself', async () => {
  await closings.closeDelivered(id, { hop: 0 });
  expect(await claims.begin(id, at(0, 2), 'a')).toEqual({ state: 'closed', reason: 'delivered' });
  expect(await claims.begin(id, at(0, 1, 1), 'a')).toEqual({ state: 'closed', reason: 'delivered' });
  expect(await claims.begin(id, at(1), 'b')).toEqual({ state: 'granted' });
  await closings.closeDelivered(id);
  expect(await claims.begin(id, at(2), 'c')).toEqual({ state: 'closed', reason: 'delivered' });
  expect(await closings.cancel(id, 0)).toBe(false);
});

test('a suppressed address gets no grant on its channel, in whatever case it is written', async () => {
  const suppressed = createSuppressedAddresses(redis);
  const address = `${id}@example.com`;
  await suppressed.add('email', [digestOf(address.toUpperCase())]);
  expect(await claims.begin(id, at(), 'a', { channel: 'email', address })).toEqual({ state: 'suppressed' });
  expect(await claims.begin(id, at(1), 'a', { channel: 'sms', address })).toEqual({ state: 'granted' });
  await suppressed.remove('email', [digestOf(address)]);
  expect(await claims.begin(id, at(2), 'a', { channel: 'email', address })).toEqual({ state: 'granted' });
});
