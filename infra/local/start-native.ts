import { mkdirSync } from 'node:fs';
import { addressesText } from './addresses.ts';
import { installPackages, missingPackages, whyNotInstallable } from './debian-packages.ts';
import { logFile, writeInstanceFile } from './instance.ts';
import { endProcesses, runningSupervisor } from './instance-processes.ts';
import { linesOfLastLife } from './log-lines.ts';
import { updateModeRecord } from './mode-record.ts';
import { envFile, localDir } from './paths.ts';
import { configuredPorts, type Ports, portsInUse, portsInUseText } from './ports.ts';
import { createProgress, type Progress } from './progress.ts';
import { makeDataDir } from './servers/server-user.ts';
import { draftSettings, type SettingsDraft } from './settings-file.ts';
import { showRunningSystem } from './show-running-system.ts';
import { type InstanceState, readState } from './state-file.ts';
import { launchSupervisor, stopInstance, waitUntilStarted } from './supervisor-control.ts';

/** Starts everything on this machine itself, from nothing to a running system that has shown one notification its way. Returns the exit code. */
export async function startNative(): Promise<number> {
  const draft = draftSettings(envFile);
  const ports = configuredPorts(draft.settings);
  if (runningSupervisor(localDir) !== undefined) return sayRunning(ports, draft);

  const refusal = await whyNotStartable(ports);
  if (refusal !== undefined) {
    console.error(refusal);
    return 1;
  }

  const startedAt = Date.now();
  console.log('Starting the notification system');
  const progress = createProgress();
  const missing = missingPackages();
  if (missing.length > 0) await installPackages(missing, progress);
  prepareFolders(draft, ports, progress);
  if (!(await bringUp(progress))) return 1;
  progress.done('everything is ready', startedAt);

  return await showRunningSystem(ports, draft.settings, startedAt);
}

async function whyNotStartable(ports: Ports): Promise<string | undefined> {
  const packages = whyNotInstallable(missingPackages());
  if (packages !== undefined) return packages;
  // A supervisor that was killed leaves its processes; they are ours to end.
  await endProcesses(localDir, undefined, 10_000);
  const taken = await portsInUse(ports);
  if (taken.length === 0) return undefined;
  return portsInUseText(ports, taken);
}

function prepareFolders(draft: SettingsDraft, ports: Ports, progress: Progress): void {
  draft.write();
  if (draft.change === 'created') progress.done('.env written, with secrets of its own');
  if (draft.change === 'completed') progress.done('.env completed with new settings');
  mkdirSync(localDir, { recursive: true });
  const outside = makeDataDir(localDir);
  if (outside !== undefined) {
    progress.done(`data is kept in ${outside}: the database user cannot reach this folder (npm run reset removes it)`);
  }
  updateModeRecord({ last: 'native' });
  writeInstanceFile(localDir, 'default', ports, envFile);
}

/** Starts everything and tells of each process that gets ready. On failure shows the log of the one at fault and stops all. */
async function bringUp(progress: Progress): Promise<boolean> {
  let aborted: Promise<boolean> | undefined;
  const abort = (): void => {
    if (aborted === undefined) console.log('\nInterrupted: stopping what was started ...');
    aborted ??= stopInstance(localDir);
  };
  process.on('SIGINT', abort).on('SIGTERM', abort);
  const startedAt = Date.now();
  const told = new Set<string>();
  const supervisor = launchSupervisor(localDir, false);
  const state = await waitUntilStarted(
    supervisor,
    localDir,
    () => true,
    ({ processes }) => {
      for (const [name, { status, port }] of Object.entries(processes)) {
        if (status !== 'ready' || told.has(name)) continue;
        told.add(name);
        progress.done(`${name.padEnd(18)} 127.0.0.1:${port}`, startedAt);
      }
    },
  );
  process.off('SIGINT', abort).off('SIGTERM', abort);
  if (aborted !== undefined) {
    await aborted;
    return false;
  }
  if (state?.phase === 'ready') return true;
  await showFailure(state);
  return false;
}

async function showFailure(state: InstanceState | undefined): Promise<void> {
  const failed = Object.entries(state?.processes ?? {}).filter(([, { status }]) => status === 'failed');
  const names = failed.length > 0 ? failed.map(([name]) => name) : ['supervisor'];
  for (const name of names) {
    console.error(`\n${name} did not start. The end of ${logFile(localDir, name)}:`);
    for (const line of linesOfLastLife(logFile(localDir, name), 20)) console.error(`  ${line}`);
  }
  await stopInstance(localDir);
  console.error('\nEverything that was started is stopped again.');
}

function sayRunning(ports: Ports, draft: SettingsDraft): number {
  const state = readState(localDir);
  console.log(
    state?.phase === 'ready'
      ? 'The system is already running.'
      : `The system is already there (${state?.phase ?? 'starting'}): npm run status`,
  );
  console.log(addressesText(ports, draft.settings));
  return 0;
}
