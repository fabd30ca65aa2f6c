import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openRedis } from '@notify/service-kit';
import { createTestKit, eventually, testRedisUrl } from '@notify/testing';
import type { Redis } from 'ioredis';
import { createAddressDigest } from '../src/address-digest.ts';
import { type ClaimedSend, type ClaimState, type Claims, createClaims } from '../src/claims.ts';
import { type Closings, createClosings } from '../src/closings.ts';
import { notificationKey } from '../src/keys.ts';
import { createSuppressedAddresses } from '../src/suppressed-addresses.ts';
import { type ClaimCap, recipientKey, userCapKey } from '../src/user-cap.ts';

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

test('what waits of an erased person is closed though another channel of it was sent; what is being sent is not', async () => {
  await claims.begin(id, at(), 'a');
  await claims.finish(id, at(), { n: 1 }, true);
  await claims.begin(id, at(2), 'b');
  const close = (hop: number) => closings.closeErased(id, { epoch: 0, hop });
  expect([await close(0), await close(1), await close(1), await close(2)]).toEqual([false, true, true, false]);
  expect(await claims.begin(id, at(1), 'c')).toEqual({ state: 'closed', reason: 'erased' });
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

test('a suppressed address gets no grant on its channel, in whatever case it is written, and the claim tells why', async () => {
  const suppressed = createSuppressedAddresses(redis);
  const address = `${id}@example.com`;
  await suppressed.add('email', new Map([[digestOf(address.toUpperCase()), 'complaint']]));
  expect(await claims.begin(id, at(), 'a', { address: { channel: 'email', address } })).toEqual({
    state: 'suppressed',
    reason: 'complaint',
  });
  expect(await claims.begin(id, at(1), 'a', { address: { channel: 'sms', address } })).toEqual({ state: 'granted' });
  await suppressed.remove('email', [digestOf(address)]);
  expect(await claims.begin(id, at(2), 'a', { address: { channel: 'email', address } })).toEqual({ state: 'granted' });
});

/** For a person of this test's own: two in ten minutes, unless it says otherwise. */
const capped = (overrides: Partial<ClaimCap> = {}) => ({
  cap: { recipient: { userId: id }, perWindow: 2, windowMs: 600_000, ...overrides },
});
const beginNew = (send: ClaimedSend) => claims.begin(randomUUID(), at(), 'a', send);
/** In how many minutes a claim may come again; 0: it was granted. */
const minutesUntil = (claim: ClaimState<unknown>) =>
  claim.state === 'early' ? Math.round((Date.parse(claim.until) - Date.now()) / 60_000) : 0;

test('what exceeds the cap of its recipient is told when it has a place, one after the other, and claims nothing', async () => {
  const answers: ClaimState<unknown>[] = [];
  for (let n = 0; n < 5; n++) answers.push(await beginNew(capped()));
  expect(answers.map(({ state }) => state)).toEqual(['granted', 'granted', 'early', 'early', 'early']);
  expect(answers.map(minutesUntil)).toEqual([0, 0, 10, 10, 20]);
  expect(await claims.begin(id, at(), 'a', capped())).toMatchObject({ state: 'early' });
  expect(await redis.exists(notificationKey(id))).toBe(0);
  expect(await claims.begin(id, at(), 'a', capped({ recipient: { userId: `other-${id}` } }))).toEqual({
    state: 'granted',
  });
});

test('of thirty that ask at once as many are granted as the cap allows', async () => {
  const answers = await Promise.all(Array.from({ length: 30 }, () => beginNew(capped({ perWindow: 7 }))));
  expect(answers.filter(({ state }) => state === 'granted')).toHaveLength(7);
  expect(answers.map(minutesUntil).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 30 }, (_each, index) => 10 * Math.floor(index / 7)),
  );
});

test('a notification counts once, whatever its retries, its other channels and repeats', async () => {
  for (const position of [at(), at(0, 2), at(1), at(0, 1, 1)]) {
    expect(await claims.begin(id, position, 'a', capped())).toEqual({ state: 'granted' });
  }
  expect(await beginNew(capped())).toEqual({ state: 'granted' });
  expect(await beginNew(capped())).toMatchObject({ state: 'early' });
});

test('who waits keeps the place, and has it when the time has come', async () => {
  const send = capped({ perWindow: 1, windowMs: 1_500 });
  await beginNew(send);
  const first = await claims.begin(id, at(), 'a', send);
  expect(first).toMatchObject({ state: 'early' });
  expect(await claims.begin(id, at(), 'a', send)).toEqual(first);
  await eventually(async () => (await claims.begin(id, at(), 'a', send)).state === 'granted');
});

test('a place that was let pass is taken anew, behind those who had theirs', async () => {
  const key = userCapKey(`user:${id}`);
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;
  await redis.zadd(key, minutesAgo(5), id, minutesAgo(1), 'another', minutesAgo(0.5), 'a third');
  expect(minutesUntil(await claims.begin(id, at(), 'a', capped()))).toBe(9);
});

test('who let a place pass goes now where this window has room, one after the other, and those after them keep their turns', async () => {
  const key = userCapKey(`user:${id}`);
  const inMinutes = (minutes: number) => Date.now() + minutes * 60_000;
  const [late, later, last] = [randomUUID(), randomUUID(), randomUUID()];
  await redis.zadd(key, inMinutes(-61), late, inMinutes(-31), later, inMinutes(-2), last, inMinutes(28), id);
  const send = capped({ perWindow: 1, windowMs: 30 * 60_000 });
  expect(minutesUntil(await claims.begin(late, at(), 'a', send))).toBe(58);
  expect(await claims.begin(last, at(), 'a', send)).toEqual({ state: 'granted' });
  expect(minutesUntil(await claims.begin(later, at(), 'a', send))).toBe(88);
  expect(minutesUntil(await claims.begin(id, at(), 'a', send))).toBe(28);
  expect(await redis.pttl(key)).toBeGreaterThan(117 * 60_000);
});

test('what would wait too long, or is not to wait at all, is claimed and takes no place', async () => {
  for (let n = 0; n < 2; n++) await beginNew(capped());
  expect(await beginNew(capped({ notAfterMs: 0 }))).toEqual({ state: 'over_cap' });
  expect(await beginNew(capped({ notAfterMs: Date.now() + 300_000 }))).toEqual({ state: 'over_cap' });
  expect(await claims.begin(id, at(), 'a', capped({ notAfterMs: Date.now() + 900_000 }))).toMatchObject({
    state: 'early',
  });
  expect(await redis.zcard(userCapKey(`user:${id}`))).toBe(3);
});

test('a suppressed address does not count, and what is cancelled while it waits stays so', async () => {
  const address = `${id}@example.com`;
  await createSuppressedAddresses(redis).add('email', new Map([[digestOf(address), 'manual']]));
  const send = capped({ perWindow: 1 });
  expect(await beginNew({ ...send, address: { channel: 'email', address } })).toMatchObject({ state: 'suppressed' });
  expect(await beginNew(send)).toEqual({ state: 'granted' });
  expect(await claims.begin(id, at(), 'a', send)).toMatchObject({ state: 'early' });
  expect(await closings.cancel(id, 0)).toBe(true);
  expect(await claims.begin(id, at(), 'a', send)).toEqual({ state: 'closed', reason: 'cancelled' });
});

test('nothing of a person is left in Redis once their window is over', async () => {
  await beginNew(capped({ perWindow: 1, windowMs: 500 }));
  expect(await redis.pttl(userCapKey(`user:${id}`))).toBeGreaterThan(0);
  await eventually(async () => (await redis.exists(userCapKey(`user:${id}`))) === 0);
});

test('contacts given with a request are one person by the first of them, in whatever case, and never by the address itself', () => {
  const key = recipientKey({ to: { email: 'Ada@example.com', phone: '+14155550123' } }, digestOf);
  expect(recipientKey({ to: { email: 'ada@example.com' } }, digestOf)).toBe(key);
  expect(key).not.toMatch(/example/i);
  expect(recipientKey({ to: { phone: '+14155550123' } }, digestOf)).not.toBe(key);
  expect(recipientKey({ userId: 'ada' }, digestOf)).toBe('user:ada');
});

test('what is to wait is told so and claims nothing, not even what its token holds; what was done or closed before is told first', async () => {
  const notBefore = new Date(Date.now() + 3_600_000).toISOString();
  const wait = { state: 'early', reason: 'quiet_hours', until: notBefore };
  expect(await claims.begin(id, at(), 'a', { notBefore })).toEqual(wait);
  await claims.begin(id, at(), 'mine');
  expect(await claims.begin(id, at(), 'b', { notBefore })).toMatchObject({ state: 'sending' });
  expect(await claims.begin(id, at(), 'mine', { notBefore })).toEqual(wait);
  expect(await claims.begin(id, at(), 'b')).toEqual({ state: 'granted' });
  await claims.finish(id, at(), { n: 1 }, false);
  expect(await claims.begin(id, at(), 'b', { notBefore })).toEqual({ state: 'done', outcome: { n: 1 } });
  expect(await closings.cancel(id, 0)).toBe(true);
  expect(await claims.begin(id, at(1), 'b', { notBefore })).toEqual({ state: 'closed', reason: 'cancelled' });
});
