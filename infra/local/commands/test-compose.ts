import { bringUp } from '../docker/bring-up.ts';
import { buildImages } from '../docker/build-images.ts';
import { findCompose } from '../docker/compose-command.ts';
import { type ComposeFile, readComposeFile } from '../docker/compose-file.ts';
import { containerMemory } from '../docker/container-memory.ts';
import type { Container } from '../docker/containers.ts';
import { whyNoEngine } from '../docker/engine.ts';
import { imageSizes, missingImages, pullImages } from '../docker/images.ts';
import { createTestProject, type TestProject } from '../docker/test-project.ts';
import type { Addresses } from '../end-to-end-environment.ts';
import { createProgress, type Progress, seconds } from '../progress.ts';
import { createStageRunner, type StageResult } from '../test-stage.ts';
import { summarise } from '../test-summary.ts';
import { textTable } from '../text-table.ts';

const healthyTimeoutMs = 300_000;

/**
 * `npm run test:compose [-- jest arguments]`: builds the images of docker-compose.yml, brings a system of its own up with it, and runs the
 * end-to-end tests against that. Needs a Docker engine. Its last line is `N passed, N failed`. Returns the exit code.
 */
export function testCompose(jestArguments: readonly string[]): Promise<number> {
  return runOnCompose({ project: 'e2e', jestArguments });
}

type ComposeRun = {
  /** Of jest.config.mjs. */
  readonly project: 'e2e' | 'faults';
  readonly jestArguments: readonly string[];
  /** For the tests, besides where the system is. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs before the tests. */
  readonly onReady?: (addresses: Addresses) => Promise<void>;
  /** How long the tests may take; default as `npm test`. */
  readonly timeoutMs?: number;
};

/** Runs one project's tests against a system of its own on compose. @throws Error when there is no engine. */
export async function runOnCompose({
  project,
  jestArguments,
  environment,
  onReady,
  timeoutMs,
}: ComposeRun): Promise<number> {
  const problem =
    (await whyNoEngine()) ?? ((await findCompose()) === undefined ? 'compose is not installed' : undefined);
  if (problem !== undefined) throw new Error(`This needs a Docker engine with compose: ${problem}.`);

  const startedAt = Date.now();
  const test = await createTestProject();
  const runner = createStageRunner(timeoutMs);
  const interruption = new AbortController();
  const interrupt = (): void => {
    console.log('\nInterrupted: stopping ...');
    interruption.abort();
    runner.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  const results: StageResult[] = [];
  try {
    await startSystem(test, createProgress(), interruption.signal);
    await onReady?.(test.addresses);
    console.log(`\n=== ${project} tests against docker compose`);
    results.push(
      await runner.jest(project, ['--runInBand', ...jestArguments], { ...test.environment, ...environment }),
    );
  } catch (error) {
    // A system that did not start counts as one failure, so that the closing line cannot be green.
    if (!interruption.signal.aborted) console.error(`\n${(error as Error).message}`);
    results.push({ name: 'start of the compose system', passed: 0, failed: 1, durationMs: Date.now() - startedAt });
  }
  const keepLogs = results.some(({ failed }) => failed > 0) && !interruption.signal.aborted;
  if (keepLogs) await test.writeLogs();
  await test.remove(keepLogs);
  if (keepLogs) console.log(`\nThe logs of the containers are kept until the next run: ${test.logsDir}`);
  return summarise(results, Date.now() - startedAt, interruption.signal.aborted);
}

/** @throws Error with what went wrong, and the log's end of what is at fault. */
async function startSystem({ project, logsDir }: TestProject, progress: Progress, signal: AbortSignal): Promise<void> {
  const { command, version } = (await findCompose()) ?? { command: [], version: '' };
  console.log(`\n=== building and starting with ${command.join(' ')} ${version}`);
  const file = await readComposeFile(project);
  const startedAt = Date.now();
  const notPulled = await pullImages(await missingImages(file.baseImages), {
    onBegin: (image) => progress.begin(`pulling ${image}`),
    onDone: (image, sinceMs) => progress.done(`pulled ${image}`, sinceMs),
  });
  if (notPulled !== undefined) {
    throw new Error(`${notPulled}\ninfra/docker/stand-ins/build makes stand-ins where no registry can be reached.`);
  }
  const logFile = `${logsDir}/docker-build.log`;
  await buildImages(project, file, { logFile, signal, onBuilt: (service) => progress.done(`${service} built`) });
  const builtAt = Date.now();
  progress.done('all images built', startedAt);
  const secondsToReady = new Map<string, string>();
  const containers = await bringUp(project, {
    timeoutMs: healthyTimeoutMs,
    onReady: ({ service }) => secondsToReady.set(service, seconds(Date.now() - builtAt)),
    signal,
  });
  console.log(await systemTable(file, containers, secondsToReady));
  progress.done(`${containers.length} containers are up, all healthy`, builtAt);
}

/** Each container: when it was healthy, what it takes, how large its image is. */
async function systemTable(
  { services }: ComposeFile,
  containers: readonly Container[],
  secondsToReady: ReadonlyMap<string, string>,
): Promise<string> {
  const imageOf = new Map(services.map(({ name, image }) => [name, image]));
  const images = [...new Set(containers.map(({ service }) => imageOf.get(service) ?? ''))];
  const [sizes, memory] = await Promise.all([
    imageSizes(images),
    containerMemory(containers.filter(({ state }) => state === 'running').map(({ id }) => id)),
  ]);
  const megabytes = (bytes: number | undefined, unit: number): string =>
    bytes === undefined ? '-' : `${Math.round(bytes / unit)} MB`;
  const rows = containers.map(({ id, service }) => {
    const size = sizes.get(imageOf.get(service) ?? '');
    return [service, secondsToReady.get(service), megabytes(memory.get(id), 2 ** 20), megabytes(size, 1e6)];
  });
  return textTable([['NAME', 'HEALTHY AFTER', 'MEMORY', 'IMAGE SIZE'], ...rows]);
}
