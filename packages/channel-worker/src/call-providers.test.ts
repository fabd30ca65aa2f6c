import { expect, test } from '@jest/globals';
import { createTestKit } from '@notify/testing';
import { envelopeOf } from '../test/messages.ts';
import { callProviders } from './call-providers.ts';
import { type GuardedProvider, guardProvider } from './guarded-provider.ts';
import { deliveryError, type Provider } from './provider.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

const kit = createTestKit('call-providers-test');
const metrics = createWorkerMetrics(kit.metrics, 'email');
const TIMEOUT_MS = 10_000;

function guard(name: string, overrides: Partial<Provider>): GuardedProvider {
  const send: Provider['send'] = async () => ({ status: 'sent' });
  return guardProvider({ name, send, ...overrides }, { logger: kit.logger, metrics });
}

/** A low-priority go with the content of all others. */
const go = (providers: readonly GuardedProvider[], address: string, timeoutMs = TIMEOUT_MS) =>
  callProviders(providers, providers[0] as GuardedProvider, {
    envelope: envelopeOf({ priority: 'low' }),
    addresses: [{ address }],
    content: { title: 'T', body: 'B' },
    timeoutMs,
    logger: kit.logger,
  });
const addresses = (count: number) => Array.from({ length: count }, (_, index) => `a${index}`);
const fails = async () => {
  throw deliveryError('transient', 'the test says so', '503');
};

test('a failed batch is one failure for the breaker, however many share it', async () => {
  let batches = 0;
  const provider = guard('vendor', {
    async sendBatch() {
      batches += 1;
      return fails();
    },
  });
  const results = await Promise.all(addresses(48).map((address) => go([provider], address)));
  expect(results.map(({ calls }) => calls.map(({ attempt }) => attempt.errorCode))).toEqual(Array(48).fill(['503']));
  expect([batches, provider.breaker.isAvailable]).toEqual([3, true]);
});

test('failed single calls open it', async () => {
  const provider = guard('vendor', { send: fails });
  await Promise.all(addresses(20).map((address) => go([provider], address)));
  expect(provider.breaker.isAvailable).toBe(false);
});

test('what another provider has taken time from shares no call, so that it cuts nobody off', async () => {
  const batches: number[] = [];
  const first = guard('first', { send: fails });
  const second = guard('second', {
    async sendBatch(deliveries) {
      batches.push(deliveries.length);
      return { status: 'sent' };
    },
  });
  await Promise.all([
    ...addresses(2).map((address) => go([first, second], address)),
    ...addresses(2).map((address) => go([second], `${address}-fresh`)),
  ]);
  expect(batches).toEqual([2]);
});

test('a call that ignores its deadline is left behind and counts as a failure', async () => {
  const provider = guard('vendor', { send: () => new Promise(() => {}) });
  const results = await Promise.all(addresses(20).map((address) => go([provider], address, 10)));
  expect(results[0]?.calls).toMatchObject([{ attempt: { status: 'unknown', errorCode: 'deadline' } }]);
  expect(provider.breaker.isAvailable).toBe(false);
});
