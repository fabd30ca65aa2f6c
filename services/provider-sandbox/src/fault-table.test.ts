import { expect, test } from '@jest/globals';
import { FaultTable } from './fault-table.ts';

test('meets exactly as many of many concurrent requests as it was ordered for', async () => {
  const faults = new FaultTable();
  faults.add({ kind: 'transient', times: 7 });
  const met = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      await new Promise((resolve) => setImmediate(resolve));
      return faults.take({ provider: index % 2 === 0 ? 'twilio' : 'smtp', to: `user-${index}` });
    }),
  );
  expect(met.filter((behaviour) => behaviour !== undefined)).toHaveLength(7);
  expect(faults.list()).toEqual([]);
});

test('stays until it is cleared when no number is given', () => {
  const faults = new FaultTable();
  faults.add({ kind: 'timeout' });
  for (let index = 0; index < 50; index += 1) expect(faults.take({ provider: 'fcm' })?.kind).toBe('timeout');
  faults.clear();
  expect(faults.take({ provider: 'fcm' })).toBeUndefined();
});

test('meets only its channel, provider and recipient', () => {
  const faults = new FaultTable();
  faults.add({ channel: 'sms', kind: 'transient' });
  expect(faults.take({ provider: 'smtp', to: 'a' })).toBeUndefined();
  expect(faults.take({ provider: 'twilio', to: 'a' })?.kind).toBe('transient');

  faults.clear();
  faults.add({ provider: 'smtp', to: 'Ada@Example.com', kind: 'reject_recipient' });
  expect(faults.take({ provider: 'twilio', to: 'ada@example.com' })).toBeUndefined();
  expect(faults.take({ provider: 'smtp', to: 'bob@example.com' })).toBeUndefined();
  expect(faults.take({ provider: 'smtp' })).toBeUndefined();
  expect(faults.take({ provider: 'smtp', to: 'ada@example.com' })?.kind).toBe('reject_recipient');
});

test('uses up the first that matches before the next', () => {
  const faults = new FaultTable();
  faults.add({ kind: 'transient', times: 2 });
  faults.add({ kind: 'rate_limit', times: 1, retryAfterSeconds: 9 });
  const kinds = Array.from({ length: 4 }, () => faults.take({ provider: 'twilio', to: 'a' })?.kind);
  expect(kinds).toEqual(['transient', 'transient', 'rate_limit', undefined]);
});

test('shows how many times are left', () => {
  const faults = new FaultTable();
  faults.add({ kind: 'transient', times: 3 });
  faults.take({ provider: 'smtp' });
  expect(faults.list()).toMatchObject([{ kind: 'transient', times: 3, remaining: 2 }]);
});

test('looks only at one kind when asked to, and leaves the others untouched', () => {
  const faults = new FaultTable();
  faults.add({ kind: 'transient', times: 1 });
  expect(faults.take({ provider: 'smtp' }, 'auth')).toBeUndefined();
  expect(faults.list()).toHaveLength(1);
});

test('makes slow take twenty seconds unless it says otherwise', () => {
  const faults = new FaultTable();
  faults.add({ kind: 'slow', times: 1 });
  faults.add({ kind: 'slow', latencyMs: 5, times: 1 });
  expect(faults.take({ provider: 'smtp' })?.latencyMs).toBe(20_000);
  expect(faults.take({ provider: 'smtp' })?.latencyMs).toBe(5);
});
