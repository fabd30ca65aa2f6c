import { createProgress, type Progress } from '../progress.ts';
import { createTestInstance, type TestInstance } from '../test-instance.ts';
import { createStageRunner, type StageResult, type StageRunner, staticChecks } from '../test-stage.ts';
import { summarise } from '../test-summary.ts';

const stages = ['static', 'unit', 'int', 'e2e'] as const;
type Stage = (typeof stages)[number];

/**
 * `npm test [-- --only=static|unit|int|e2e[,...]] [jest arguments]`: every check and test, on servers of its own. Stops after the static
 * checks when one of them fails. Its last line is `N passed, N failed`. Returns the exit code.
 */
export async function test(args: readonly string[]): Promise<number> {
  const only =
    args
      .find((argument) => argument.startsWith('--only='))
      ?.slice('--only='.length)
      .split(',') ?? stages;
  const unknown = only.filter((name) => !stages.includes(name as Stage));
  if (unknown.length > 0) throw new Error(`--only=${unknown.join(',')} is not known: ${stages.join(', ')}.`);
  const jestArguments = args.filter((argument) => !argument.startsWith('--only='));

  const startedAt = Date.now();
  const runner = createStageRunner();
  const run = new TestRun(runner, createProgress(), jestArguments);
  const interrupt = (): void => {
    console.log('\nInterrupted: stopping ...');
    run.interrupted = true;
    runner.abort();
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  await run.stages(only as Stage[]);
  return summarise(run.results, Date.now() - startedAt, run.interrupted);
}

class TestRun {
  readonly results: StageResult[] = [];
  interrupted = false;
  readonly #runner: StageRunner;
  readonly #progress: Progress;
  readonly #jestArguments: readonly string[];

  constructor(runner: StageRunner, progress: Progress, jestArguments: readonly string[]) {
    this.#runner = runner;
    this.#progress = progress;
    this.#jestArguments = jestArguments;
  }

  async stages(wanted: readonly Stage[]): Promise<void> {
    if (wanted.includes('static')) await this.#staticChecks();
    if (this.#hasFailed()) return;
    if (wanted.includes('unit')) await this.#jest('unit', [], {});
    if (wanted.includes('int') || wanted.includes('e2e')) await this.#withServers(wanted);
  }

  async #staticChecks(): Promise<void> {
    for (const { name, command } of staticChecks) {
      if (this.interrupted) return;
      this.#heading(name);
      this.#report(await this.#runner.check(name, command));
    }
  }

  async #withServers(wanted: readonly Stage[]): Promise<void> {
    if (this.interrupted) return;
    const instance = await createTestInstance(this.#progress);
    try {
      await this.#step('servers', () => instance.startServers());
      if (wanted.includes('int')) await this.#jest('integration', [], instance.integrationEnvironment());
      if (wanted.includes('e2e') && !this.interrupted) {
        await this.#step('services', () => instance.startServices());
        await this.#jest('e2e', ['--runInBand'], instance.endToEndEnvironment());
      }
    } catch (error) {
      // A part that did not start counts as one failure, so that the closing line cannot be green.
      console.error((error as Error).message);
      this.results.push({ name: 'start of the test system', passed: 0, failed: 1, durationMs: 0 });
    } finally {
      await this.#remove(instance);
    }
  }

  async #remove(instance: TestInstance): Promise<void> {
    const keepLogs = this.#hasFailed() && !this.interrupted;
    await instance.remove(keepLogs);
    if (keepLogs) console.log(`\nThe logs of the test system are kept until the next npm test: ${instance.dir}/logs`);
  }

  async #jest(project: string, args: readonly string[], env: Record<string, string>): Promise<void> {
    if (this.interrupted) return;
    this.#heading(`${project} tests`);
    this.#report(await this.#runner.jest(project, [...args, ...this.#jestArguments], env));
  }

  async #step(name: string, work: () => Promise<void>): Promise<void> {
    if (this.interrupted) return;
    const startedAt = Date.now();
    this.#heading(`starting the ${name} of the test system`);
    await work();
    this.#progress.done(`${name} ready`, startedAt);
  }

  #hasFailed(): boolean {
    return this.results.some(({ failed }) => failed > 0);
  }

  #heading(text: string): void {
    console.log(`\n=== ${text}`);
  }

  #report(result: StageResult): void {
    this.results.push(result);
    this.#progress.done(
      `${result.name}: ${result.passed} passed, ${result.failed} failed`,
      Date.now() - result.durationMs,
    );
  }
}
