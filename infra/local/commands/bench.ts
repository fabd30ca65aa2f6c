import { writeFileSync } from 'node:fs';
import { isClean, sumOf } from '../../../bench/account.ts';
import { createBarePipeline } from '../../../bench/bare-pipeline.ts';
import { createFullPipeline } from '../../../bench/full-pipeline.ts';
import { readMachineFacts } from '../../../bench/machine-facts.ts';
import { readMemory } from '../../../bench/memory.ts';
import { type BenchOptions, readBenchOptions } from '../../../bench/options.ts';
import { accountText, cpuText, factsText, memoryText, roundText, vendorText } from '../../../bench/report.ts';
import { runBenchmark } from '../../../bench/run-benchmark.ts';
import { openSandboxInbox } from '../../../bench/sandbox-inbox.ts';
import { summarise } from '../../../bench/summary.ts';
import { services } from '../../services.ts';
import { readInstance } from '../instance.ts';
import { createProgress, type Progress } from '../progress.ts';
import { databaseUrl, superuserUrl } from '../servers/postgres.ts';
import { type ProcessState, readState } from '../state-file.ts';
import { createTestInstance, type TestInstance } from '../test-instance.ts';

/**
 * `npm run bench [-- --vendor=http|smtp|both --rounds=3 --count=10000 --half-load-seconds=10 --json=FILE]`: the whole system against the
 * bare pipeline, in turns, on servers of its own. Returns the exit code: 1 when anything was lost, doubled, refused or died; never
 * because of speed.
 */
export async function bench(args: readonly string[]): Promise<number> {
  const options = readBenchOptions(args);
  const progress = createProgress();
  const instance = await createTestInstance(progress);
  let removed: Promise<void> | undefined;
  const remove = (keepLogs: boolean): Promise<void> => {
    removed ??= instance.remove(keepLogs);
    return removed;
  };
  const interrupt = (): void => {
    console.log('\nInterrupted: stopping ...');
    void remove(false).finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  let code = 1;
  try {
    await instance.startServers();
    await instance.startServices();
    progress.done('the system is ready');
    code = await measure(instance, options, progress);
  } finally {
    await remove(code !== 0);
    if (code !== 0) console.error(`The logs are kept until the next bench or test: ${instance.dir}/logs`);
  }
  return code;
}

async function measure(instance: TestInstance, options: BenchOptions, progress: Progress): Promise<number> {
  const { TEST_RABBITMQ_URL = '', TEST_RABBITMQ_MANAGEMENT_URL = '' } = instance.integrationEnvironment();
  const { E2E_GATEWAY_URL = '', E2E_API_KEY = '', E2E_SANDBOX_URL = '' } = instance.endToEndEnvironment();
  const stored = readInstance(instance.dir);
  const databaseServerUrl = superuserUrl(stored, 'postgres-core');

  const full = createFullPipeline({
    gatewayUrl: E2E_GATEWAY_URL,
    apiKey: E2E_API_KEY,
    statusDatabaseUrl: databaseUrl(stored, 'status'),
    services: () => processStates(instance.dir, isMeasuredService),
  });
  const bare = createBarePipeline({
    rabbitmqUrl: TEST_RABBITMQ_URL,
    databaseUrl: databaseServerUrl,
    twilioUrl: E2E_SANDBOX_URL,
    smtpPort: stored.ports.sandbox_smtp,
  });

  const idle = readMemory(full.processIds());
  const rounds = await runBenchmark({
    ...options,
    pipelines: [bare, full],
    inbox: openSandboxInbox(E2E_SANDBOX_URL),
    surroundings: { ...pidsOf(processStates(instance.dir, (name) => !isMeasuredService(name))), driver: process.pid },
    onRoundStart: (vendor, number, name) => progress.begin(`${vendor}, round ${number} of ${options.rounds}, ${name}`),
    onRoundEnd: (round) => progress.done(roundText(round)),
  });

  const facts = await readMachineFacts(TEST_RABBITMQ_MANAGEMENT_URL, databaseServerUrl);
  const memory = { idle, after: readMemory(full.processIds()) };
  const summaries = options.vendors.map((vendor) => summarise(vendor, rounds));
  const account = sumOf(rounds.map((round) => round.account));
  console.log(`\n${factsText(facts)}`);
  for (const summary of summaries) console.log(`\n${vendorText(summary)}\n\n${cpuText(summary)}`);
  console.log(`\n${memoryText(memory)}\n\n${accountText(account)}`);
  if (options.jsonFile !== undefined) {
    writeFileSync(options.jsonFile, `${JSON.stringify({ facts, summaries, memory, account, rounds }, null, 2)}\n`);
  }
  return isClean(account) ? 0 : 1;
}

/** The sandbox is the other side, which both pipelines talk to. */
const isMeasuredService = (name: string): boolean =>
  name !== 'provider-sandbox' && services.some((service) => service.name === name);

function processStates(dir: string, isWanted: (name: string) => boolean): Record<string, ProcessState> {
  const processes = Object.entries(readState(dir)?.processes ?? {});
  return Object.fromEntries(processes.filter(([name]) => isWanted(name)));
}

function pidsOf(states: Record<string, ProcessState>): Record<string, number> {
  return Object.fromEntries(Object.entries(states).flatMap(([name, { pid }]) => (pid === null ? [] : [[name, pid]])));
}
