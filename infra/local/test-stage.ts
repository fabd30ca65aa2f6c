import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sendSignal } from './instance-processes.ts';
import { projectDir } from './paths.ts';

export type StageResult = { name: string; passed: number; failed: number; durationMs: number };

/** What Jest writes with --json, as far as it is used here. */
type JestResult = { numPassedTests: number; numFailedTests: number; numRuntimeErrorTestSuites: number };

/** A hung run must not hold CI until its own limit. */
const usualTimeoutMs = 25 * 60_000;
const binary = (name: string): string => join(projectDir, 'node_modules', '.bin', name);

export const staticChecks: readonly { name: string; command: readonly [string, ...string[]] }[] = [
  { name: 'format, lint, fences', command: [binary('biome'), 'ci', '--error-on-warnings'] },
  { name: 'types', command: [binary('tsc'), '-p', 'tsconfig.json'] },
  { name: 'unused code and dependencies', command: [binary('knip'), '--no-config-hints'] },
];

export type StageRunner = {
  /** A command that counts as one test. */
  check(name: string, command: readonly [string, ...string[]]): Promise<StageResult>;
  /** One Jest project of jest.config.mjs; the result counts its tests, and each file that could not be run as one failure. */
  jest(project: string, args: readonly string[], env: Record<string, string>): Promise<StageResult>;
  /** Ends what runs now; everything after it fails at once. */
  abort(): void;
};

/** @param stageTimeoutMs how long one stage may take, default 25 minutes. */
export function createStageRunner(stageTimeoutMs = usualTimeoutMs): StageRunner {
  let current: ChildProcess | undefined;
  let aborted = false;

  const run = async (command: readonly [string, ...string[]], env: Record<string, string>): Promise<number> => {
    if (aborted) return 130;
    // It ends with this process, also when that is killed and can no longer see to it.
    const [program, ...args] = ['setpriv', '--pdeathsig=KILL', ...command] as const;
    // A group of its own, so that Jest's workers can be ended with it.
    const child = spawn(program, args, {
      cwd: projectDir,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: true,
    });
    current = child;
    const timeout = setTimeout(() => {
      console.error(`Not done after ${stageTimeoutMs / 60_000} minutes: ended.`);
      endGroup(child);
    }, stageTimeoutMs);
    const code = await new Promise<number>((resolve) => {
      child.once('error', (error) => {
        console.error(`${program}: ${error.message}`);
        resolve(127);
      });
      child.once('exit', (exitCode) => resolve(exitCode ?? 1));
    });
    clearTimeout(timeout);
    current = undefined;
    return code;
  };

  return {
    async check(name, command) {
      const startedAt = Date.now();
      const passed = (await run(command, {})) === 0;
      return { name, passed: passed ? 1 : 0, failed: passed ? 0 : 1, durationMs: Date.now() - startedAt };
    },
    async jest(project, args, env) {
      const startedAt = Date.now();
      const folder = mkdtempSync(join(tmpdir(), 'notify-test-'));
      const output = join(folder, 'result.json');
      const code = await run(
        [
          process.execPath,
          '--experimental-vm-modules',
          '--disable-warning=ExperimentalWarning',
          join(projectDir, 'node_modules', 'jest', 'bin', 'jest.js'),
          // A test that fails half-way may leave connections open; its failure is to be seen, not a run that never ends.
          ...[
            '--selectProjects',
            project,
            '--forceExit',
            '--json',
            `--outputFile=${output}`,
            '--passWithNoTests',
            ...args,
          ],
        ],
        env,
      );
      const result = existsSync(output) ? (JSON.parse(readFileSync(output, 'utf8')) as JestResult) : undefined;
      rmSync(folder, { recursive: true, force: true });
      return { name: project, ...counts(result, code), durationMs: Date.now() - startedAt };
    },
    abort() {
      aborted = true;
      if (current !== undefined) endGroup(current);
    },
  };
}

// Jest can fail without a failed test (a file that does not load, a global error): that must not pass unseen.
function counts(result: JestResult | undefined, code: number): { passed: number; failed: number } {
  const passed = result?.numPassedTests ?? 0;
  const failed = (result?.numFailedTests ?? 0) + (result?.numRuntimeErrorTestSuites ?? 0);
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  sendSignal(-pid, 'SIGTERM');
  setTimeout(() => sendSignal(-pid, 'SIGKILL'), 5_000).unref();
}
