import type { Vendor } from './bare/bare-messages.ts';
import { median, type Percentiles } from './percentiles.ts';
import type { Pipeline } from './pipeline.ts';
import type { Round } from './run-round.ts';

/** Of several rounds: the one in the middle, and how far they lie apart. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export interface PipelineSummary {
  rate: Spread;
  cpu_ms_per_notification: Record<string, number>;
  half_load: { rate: number; accept_ms: Percentiles; vendor_ms: Percentiles };
}

export interface VendorSummary {
  vendor: Vendor;
  /** The full system's rate divided by the bare pipeline's, of the two in the same round. */
  ratio: Spread;
  full: PipelineSummary;
  bare: PipelineSummary;
}

export function summarise(vendor: Vendor, rounds: readonly Round[]): VendorSummary {
  const of = (name: Pipeline['name']): Round[] =>
    rounds.filter((round) => round.vendor === vendor && round.pipeline === name);
  const [full, bare] = [of('full'), of('bare')];
  const ratios = full.map(({ rate }, index) => rate / (bare[index]?.rate ?? Number.NaN));
  return { vendor, ratio: spreadOf(ratios), full: summaryOf(full), bare: summaryOf(bare) };
}

function summaryOf(rounds: readonly Round[]): PipelineSummary {
  const medianOf = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const percentiles = (pick: (round: Round) => Percentiles): Percentiles => ({
    p50: medianOf((round) => pick(round).p50),
    p95: medianOf((round) => pick(round).p95),
    p99: medianOf((round) => pick(round).p99),
  });
  const processes = Object.keys(rounds[0]?.cpu_ms_per_notification ?? {});
  return {
    rate: spreadOf(rounds.map(({ rate }) => rate)),
    cpu_ms_per_notification: Object.fromEntries(
      processes.map((name) => [name, medianOf((round) => round.cpu_ms_per_notification[name] ?? 0)]),
    ),
    half_load: {
      rate: medianOf((round) => round.half_load.rate),
      accept_ms: percentiles((round) => round.half_load.accept_ms),
      vendor_ms: percentiles((round) => round.half_load.vendor_ms),
    },
  };
}

function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
