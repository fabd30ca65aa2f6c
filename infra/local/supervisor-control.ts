import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCacheDir, lockFile, logFile, stateFile } from './instance.ts';
import { endProcesses, findProcesses, isAlive, runningSupervisor, sendSignal } from './instance-processes.ts';
import { projectDir } from './paths.ts';
import { type InstanceState, readState } from './state-file.ts';

const pollMs = 50;
/** Services and servers have 20 s each, wave after wave. */
const stopTimeoutMs = 180_000;

/** Starts the supervisor of an instance in the background. Attached ones end with the caller (see supervisor.ts). */
export function launchSupervisor(dir: string, attached: boolean): ChildProcess {
  const file = logFile(dir, 'supervisor');
  mkdirSync(dirname(file), { recursive: true });
  rmSync(stateFile(dir), { force: true });
  const log = openSync(file, 'a', 0o600);
  const script = join(projectDir, 'infra', 'local', 'supervisor.ts');
  const child = spawn(
    process.execPath,
    // It does little and lives long: a small young generation saves memory.
    [
      '--disable-warning=ExperimentalWarning',
      '--max-semi-space-size=1',
      script,
      dir,
      ...(attached ? ['--attached'] : []),
    ],
    {
      cwd: projectDir,
      env: { ...process.env, NODE_COMPILE_CACHE: compileCacheDir(dir) },
      detached: true,
      stdio: [attached ? 'pipe' : 'ignore', log, log],
    },
  );
  child.stdin?.on('error', () => {});
  closeSync(log);
  if (!attached) child.unref();
  return child;
}

/**
 * Waits until everything that the supervisor was asked to start is ready.
 *
 * @param isExpected tells whether a process is one of those waited for; the state is ignored until it shows one of them
 * @param onState is called with each state that was seen
 * @returns the last state, whose phase is `ready` or `failed`; undefined when the supervisor ended
 */
export async function waitUntilStarted(
  supervisor: ChildProcess,
  dir: string,
  isExpected: (processName: string) => boolean,
  onState: (state: InstanceState) => void,
): Promise<InstanceState | undefined> {
  while (supervisor.exitCode === null && supervisor.signalCode === null) {
    const state = readState(dir);
    if (state !== undefined && Object.keys(state.processes).some(isExpected)) {
      onState(state);
      if (state.phase !== 'starting') return state;
    }
    await sleep(pollMs);
  }
  return undefined;
}

/** Stops an instance and whatever is left of it. Returns false when nothing ran. */
export async function stopInstance(dir: string): Promise<boolean> {
  const supervisor = runningSupervisor(dir);
  if (supervisor !== undefined) {
    sendSignal(supervisor, 'SIGTERM');
    const deadline = Date.now() + stopTimeoutMs;
    while (isAlive(supervisor) && Date.now() < deadline) await sleep(pollMs);
    if (isAlive(supervisor)) sendSignal(supervisor, 'SIGKILL');
  }
  const orphans = findProcesses(dir).length;
  if (orphans > 0) await endProcesses(dir, undefined, 10_000);
  for (const file of [stateFile(dir), lockFile(dir)]) rmSync(file, { force: true });
  return supervisor !== undefined || orphans > 0;
}
