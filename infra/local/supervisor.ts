// The background process of one instance: `node supervisor.ts <instance dir> [--attached]`. It starts everything, restarts what dies,
// and writes what it sees to state.json. SIGTERM stops it all.
//
// Attached (tests): it starts the servers alone, the services when it reads a line `services` from its standard input, and stops
// when that input ends, so that nothing outlives the test run that started it, however that run ends.
import { openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lockFile, readInstance, stateFile } from './instance.ts';
import { endProcesses, runningSupervisor } from './instance-processes.ts';
import { rotateLogs } from './log-rotation.ts';
import { ManagedProcess } from './managed-process.ts';
import { startInWaves, stopInWaves } from './process-group.ts';
import { processTable } from './process-table.ts';
import { type InstanceState, writeState } from './state-file.ts';
import { warmCompileCache } from './warm-compile-cache.ts';

const rotateEveryMs = 10_000;

const [dir = '', mode] = process.argv.slice(2);
takeLock();
const instance = readInstance(dir);
const startedAt = new Date().toISOString();
let phase: InstanceState['phase'] = 'starting';

const processes = processTable(instance, warmCompileCache(dir)).map(
  (spec) => new ManagedProcess(spec, dir, () => saveState()),
);
const servers = processes.filter(({ spec }) => spec.kind === 'server');
const servicesOnly = processes.filter(({ spec }) => spec.kind === 'service');
const started = new Set<ManagedProcess>();

process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => void stop());
// The terminal that started it may close; the system stays.
process.on('SIGHUP', () => {});
setInterval(() => rotateLogs(join(dir, 'logs')), rotateEveryMs).unref();

saveState();
// What a supervisor that was killed left behind would hold the ports.
await endProcesses(dir, undefined, 10_000);
if (mode === '--attached') {
  const input = createInterface({ input: process.stdin });
  input.on('line', (line) => {
    if (line === 'services') void start(servicesOnly);
  });
  input.on('close', () => void stop());
  await start(servers);
} else {
  await start(processes);
}

async function start(group: readonly ManagedProcess[]): Promise<void> {
  if (phase === 'stopping') return;
  phase = 'starting';
  for (const member of group) started.add(member);
  saveState();
  try {
    await startInWaves(group, () => phase === 'stopping');
    if (phase === 'starting') phase = 'ready';
  } catch (error) {
    // Whoever started the supervisor reads this, shows the log, and stops it.
    console.error((error as Error).message);
    if (phase === 'starting') phase = 'failed';
  }
  saveState();
}

async function stop(): Promise<void> {
  if (phase === 'stopping') return;
  phase = 'stopping';
  saveState();
  await stopInWaves([...started]);
  rmSync(stateFile(dir), { force: true });
  rmSync(lockFile(dir), { force: true });
  process.exit(0);
}

function saveState(): void {
  const states = [...started].map(({ spec, state }) => [spec.name, state]);
  writeState(dir, { supervisor_pid: process.pid, started_at: startedAt, phase, processes: Object.fromEntries(states) });
}

/** Two supervisors of one instance would fight over its files. A lock whose holder is gone counts for nothing. */
function takeLock(): void {
  if (runningSupervisor(dir) === undefined) rmSync(lockFile(dir), { force: true });
  try {
    writeSync(openSync(lockFile(dir), 'wx'), String(process.pid));
  } catch {
    console.error(`This instance is run by process ${readFileSync(lockFile(dir), 'utf8')} already.`);
    process.exit(1);
  }
}
