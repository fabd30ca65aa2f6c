import { expect, test } from '@jest/globals';
import { cpuPerNotification, readCpuUsage } from './cpu-usage.ts';

test('CPU time is shared out among the notifications, and what nobody of ours used is shown too', () => {
  const before = { gateway: 1_000, worker: 500, machine: 10_000 };
  const after = { gateway: 1_400, worker: 600, machine: 10_700 };
  expect(cpuPerNotification(before, after, 200)).toEqual({ gateway: 2, worker: 0.5, 'everything else': 1 });
});

test('what this process works shows in its reading', () => {
  const before = readCpuUsage({ self: process.pid });
  const until = performance.now() + 100;
  while (performance.now() < until) Math.sqrt(until);
  const after = readCpuUsage({ self: process.pid });
  expect(after['self']).toBeGreaterThan(before['self'] ?? 0);
  expect(after['machine']).toBeGreaterThan(before['machine'] ?? 0);
});
