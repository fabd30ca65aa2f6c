import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { deliveryError, type ProviderResult } from './provider.ts';
import { createProviderBreaker, type ProviderBreaker } from './provider-breaker.ts';

const CONCURRENCY = 8;
let breaker: ProviderBreaker;
let changes: boolean[];

beforeEach(() => {
  jest.useFakeTimers();
  changes = [];
  breaker = createProviderBreaker({ concurrency: CONCURRENCY, onChange: (isAvailable) => changes.push(isAvailable) });
});
afterEach(() => {
  jest.useRealTimers();
});

const sent = async (): Promise<ProviderResult> => ({ status: 'sent' });
const fails = (errorClass: Parameters<typeof deliveryError>[0]) => async (): Promise<ProviderResult> => {
  throw deliveryError(errorClass, 'failed', 'code');
};

/** One go after the other, and how many of them were let in. */
async function go(times: number, call: () => Promise<ProviderResult>): Promise<number> {
  let calls = 0;
  for (let n = 0; n < times; n += 1) {
    if (!breaker.enter()) continue;
    calls += 1;
    await breaker.run(call).catch(() => {});
    breaker.leave();
  }
  return calls;
}

test.each(['transient', 'config', 'unknown'] as const)(
  '%s failures open it when they are half of at least twenty calls',
  async (errorClass) => {
    await go(10, sent);
    await go(9, fails(errorClass));
    expect(breaker.isAvailable).toBe(true);
    await go(1, fails(errorClass));
    expect(breaker.isAvailable).toBe(false);
    expect(changes).toEqual([false]);
  },
);

test('a bug in an adapter counts as a failure', async () => {
  await go(20, async () => {
    throw new TypeError('undefined is not a function');
  });
  expect(breaker.isAvailable).toBe(false);
});

test.each(['permanent', 'recipient'] as const)('%s errors are answers and never open it', async (errorClass) => {
  expect(await go(200, fails(errorClass))).toBe(200);
  expect(breaker.isAvailable).toBe(true);
});

test('fewer failures than half never open it', async () => {
  for (let n = 0; n < 50; n += 1) {
    await go(1, fails('transient'));
    await go(2, sent);
  }
  expect(breaker.isAvailable).toBe(true);
});

test('failures of more than ten seconds ago are forgotten', async () => {
  await go(19, fails('transient'));
  jest.advanceTimersByTime(11_000);
  await go(19, fails('transient'));
  expect(breaker.isAvailable).toBe(true);
});

test('while it is open nothing is called, and half a minute later one call may try; if it fails, it stays open', async () => {
  await go(20, fails('transient'));
  expect(await go(100, sent)).toBe(0);
  expect(breaker.isComingBack).toBe(false);
  jest.advanceTimersByTime(30_000);
  expect(await go(100, fails('transient'))).toBe(1);
  expect(breaker.isAvailable).toBe(false);
  expect(changes).toEqual([false]);
});

test('it comes back step by step: one call, then as many at once as have succeeded, until all may', async () => {
  await go(20, fails('transient'));
  jest.advanceTimersByTime(30_000);
  expect(breaker.isComingBack).toBe(true);
  const letIn: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    let inside = 0;
    while (inside < 100 && breaker.enter()) inside += 1;
    letIn.push(inside);
    for (let n = 0; n < inside; n += 1) await breaker.run(sent);
    for (let n = 0; n < inside; n += 1) breaker.leave();
  }
  expect(letIn).toEqual([1, 2, 4, 100, 100]);
  expect(breaker.isComingBack).toBe(false);
  expect(changes).toEqual([false, true]);
});

test('failures on its way back narrow it again', async () => {
  await go(20, fails('transient'));
  jest.advanceTimersByTime(30_000);
  await go(3, sent);
  await go(2, fails('transient'));
  let inside = 0;
  while (breaker.enter()) inside += 1;
  expect(inside).toBe(2);
});

test('a recipient error in the trying call is a sign of life', async () => {
  await go(20, fails('transient'));
  jest.advanceTimersByTime(30_000);
  await go(1, fails('recipient'));
  expect(breaker.isAvailable).toBe(true);
});

test('a provider that fails again on its way back is closed off again, and told of once', async () => {
  await go(20, fails('transient'));
  jest.advanceTimersByTime(30_000);
  await go(2, sent);
  await go(40, fails('transient'));
  expect(breaker.isAvailable).toBe(false);
  expect(changes).toEqual([false]);
});

test('who was let in before it opened makes the call all the same', async () => {
  expect(breaker.enter()).toBe(true);
  await go(20, fails('transient'));
  expect(breaker.isAvailable).toBe(false);
  expect(await breaker.run(sent)).toEqual({ status: 'sent' });
  expect(breaker.isAvailable).toBe(false);
});
