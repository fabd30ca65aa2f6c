import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Redis } from 'ioredis';
import { readMachineFacts } from '../../../bench/machine-facts.ts';
import type { FaultRow } from '../../../tests/faults/fault-row.ts';
import { type Addresses, managementUrl, redisUrl } from '../end-to-end-environment.ts';
import { readInstance } from '../instance.ts';
import { localDir, projectDir } from '../paths.ts';
import { createProgress } from '../progress.ts';
import { type ReportFacts, reliabilityReport } from '../reliability-report.ts';
import { databaseUrl } from '../servers/postgres.ts';
import { createTestInstance } from '../test-instance.ts';
import { createStageRunner, type StageResult, type StageRunner } from '../test-stage.ts';
import { interruptedCode, summarise } from '../test-summary.ts';
import { runOnCompose } from './test-compose.ts';

/** A quarter of an hour on two idle cores; a busy machine takes its time. */
const suiteTimeoutMs = 60 * 60_000;

type Mode = ReportFacts['mode'];

const reportFile = join(projectDir, 'docs', 'reliability-report.md');

/**
 * `npm run test:faults [-- --mode=native|compose] [jest arguments]`: every fault of the suite against a system of its own, and a line for
 * each in docs/reliability-report.md. With jest arguments only some faults are tried; then the report goes into .local instead. Its last
 * line is `N passed, N failed`. Returns the exit code.
 */
export async function testFaults(args: readonly string[]): Promise<number> {
  const mode = args.find((argument) => argument.startsWith('--mode='))?.slice('--mode='.length) ?? 'native';
  if (mode !== 'native' && mode !== 'compose') throw new Error(`--mode=${mode} is not known: native, compose.`);
  const jestArguments = args.filter((argument) => !argument.startsWith('--mode='));

  // A run of some faults must not replace the report of all of them.
  const file = jestArguments.length > 0 ? join(localDir, 'reliability-report.md') : reportFile;
  console.log(`The report will be ${relative(projectDir, file)}.`);

  const folder = mkdtempSync(join(tmpdir(), 'notify-faults-'));
  const rowsFile = join(folder, 'rows');
  const environment = { FAULT_ROWS_FILE: rowsFile };
  let facts: ReportFacts | undefined;
  const onReady = async (addresses: Addresses): Promise<void> => {
    facts = await readFacts(addresses, mode);
  };
  try {
    const code =
      mode === 'native'
        ? await runNatively(jestArguments, environment, onReady)
        : await runOnCompose({ project: 'faults', jestArguments, environment, onReady, timeoutMs: suiteTimeoutMs });
    // Half a run is no report.
    if (facts !== undefined && existsSync(rowsFile) && code !== interruptedCode) {
      // .local goes with the last instance in it.
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, reliabilityReport(facts, readRows(rowsFile)));
    }
    return code;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runNatively(
  jestArguments: readonly string[],
  environment: Record<string, string>,
  onReady: (addresses: Addresses) => Promise<void>,
): Promise<number> {
  const startedAt = Date.now();
  const runner = createStageRunner(suiteTimeoutMs);
  let interrupted = false;
  const interrupt = (): void => {
    console.log('\nInterrupted: stopping ...');
    interrupted = true;
    runner.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  const results: StageResult[] = [];
  const progress = createProgress();
  const instance = await createTestInstance(progress);
  try {
    await instance.startServers();
    await instance.startServices();
    progress.done('the system is ready', startedAt);
    await onReady(readInstance(instance.dir));
    results.push(await runFaults(runner, jestArguments, { ...instance.endToEndEnvironment(), ...environment }));
  } catch (error) {
    // A system that did not start counts as one failure, so that the closing line cannot be green.
    console.error((error as Error).message);
    results.push({ name: 'start of the test system', passed: 0, failed: 1, durationMs: Date.now() - startedAt });
  }
  const keepLogs = results.some(({ failed }) => failed > 0) && !interrupted;
  await instance.remove(keepLogs);
  if (keepLogs) console.log(`\nThe logs of the test system are kept until the next test: ${instance.dir}/logs`);
  return summarise(results, Date.now() - startedAt, interrupted);
}

function runFaults(
  runner: StageRunner,
  jestArguments: readonly string[],
  environment: Record<string, string>,
): Promise<StageResult> {
  console.log('\n=== faults, one after the other');
  return runner.jest('faults', ['--runInBand', ...jestArguments], environment);
}

async function readFacts(addresses: Addresses, mode: Mode): Promise<ReportFacts> {
  const redis = new Redis(redisUrl(addresses));
  const redisVersion = /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  redis.disconnect();
  const machine = await readMachineFacts(managementUrl(addresses), databaseUrl(addresses, 'status'));
  return { ...machine, redis: redisVersion, mode, date: new Date().toISOString().slice(0, 10) };
}

function readRows(file: string): FaultRow[] {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as FaultRow);
}
