import type { Vendor } from './bare/bare-messages.ts';
import type { Pipeline, ProcessIds } from './pipeline.ts';
import { type Round, runRound } from './run-round.ts';
import type { SandboxInbox } from './sandbox-inbox.ts';

export interface Benchmark {
  /** The pipelines take turns in this order. */
  pipelines: readonly Pipeline[];
  vendors: readonly Vendor[];
  rounds: number;
  /** Notifications of one saturating phase. */
  count: number;
  halfLoadSeconds: number;
  inbox: SandboxInbox;
  /** What both pipelines use: servers, sandbox, this driver. */
  surroundings: ProcessIds;
  onRoundStart(vendor: Vendor, number: number, pipeline: Pipeline['name']): void;
  onRoundEnd(round: Round): void;
}

/** Runs everything, one pipeline at a time: rounds in alternation, so that a change of the machine's mood meets both. */
export async function runBenchmark(benchmark: Benchmark): Promise<Round[]> {
  const { pipelines, vendors, rounds, ...options } = benchmark;
  const results: Round[] = [];
  for (const vendor of vendors) {
    for (let number = 1; number <= rounds; number += 1) {
      for (const pipeline of pipelines) {
        benchmark.onRoundStart(vendor, number, pipeline.name);
        const round = await runRound({ pipeline, vendor, ...options });
        benchmark.onRoundEnd(round);
        results.push(round);
      }
    }
  }
  return results;
}
