import { parentPort, workerData } from 'node:worker_threads';
import { parseSource, renderSource, toScope } from '../src/template-engine.ts';

/** What became of one hostile template, told by the thread that had to live through all of them. */
export interface HostileOutcome {
  /** The error's name, or `rendered`. */
  outcome: string;
  durationMs: number;
}
export interface HostileTemplate {
  source: string;
  variables?: Record<string, unknown>;
}

for (const { source, variables = {} } of workerData as HostileTemplate[]) {
  const startedAt = performance.now();
  let outcome = 'rendered';
  try {
    renderSource(parseSource(source, { html: true }), toScope(variables));
  } catch (error) {
    outcome = (error as Error).name;
  }
  parentPort?.postMessage({ outcome, durationMs: performance.now() - startedAt } satisfies HostileOutcome);
}
