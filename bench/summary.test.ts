import { expect, test } from '@jest/globals';
import type { Round } from './run-round.ts';
import { summarise } from './summary.ts';

const round = (pipeline: Round['pipeline'], rate: number, p99: number): Round => {
  const latency = { p50: 1, p95: 2, p99 };
  return {
    pipeline,
    vendor: 'http',
    rate,
    cpu_ms_per_notification: { rabbitmq: rate / 1_000 },
    half_load: { rate: rate / 2, accept_ms: latency, vendor_ms: latency },
    account: { refused: 0, lost: 0, duplicated: 0, unrecorded: 0 },
  };
};

test('each round of the full system is held against the bare one beside it', () => {
  // The machine was slow in the second round: the ratio does not show it, the rates do.
  const rounds = [round('bare', 2_000, 9), round('full', 1_000, 10), round('bare', 200, 9), round('full', 100, 30)];
  const { ratio, full, bare } = summarise('http', [...rounds, round('bare', 1_000, 9), round('full', 600, 20)]);
  expect(ratio).toEqual({ median: 0.5, min: 0.5, max: 0.6 });
  expect(full.rate).toEqual({ median: 600, min: 100, max: 1_000 });
  expect(full.half_load.accept_ms.p99).toBe(20);
  expect(bare.cpu_ms_per_notification).toEqual({ rabbitmq: 1 });
});
