import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataDir, lockFile, markerValue, markerVariable } from './instance.ts';

/** True when a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The id of the supervisor that runs this instance now, else undefined. A reused process id is told apart by its command line. */
export function runningSupervisor(dir: string): number | undefined {
  try {
    const pid = Number(readFileSync(lockFile(dir), 'utf8'));
    return pid > 0 && readProc(pid, 'cmdline').includes('supervisor.ts') ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The processes that were started for this instance (or for one of its processes), found by the mark in their environment or, for
 * PostgreSQL, which overwrites it, by their working folder. Finds what a parent left behind too: RabbitMQ's epmd, orphans.
 */
export function findProcesses(dir: string, processName?: string): number[] {
  // Only Linux has it, and only there anything runs natively.
  if (!existsSync('/proc')) return [];
  const mark = `${markerVariable}=${markerValue(dir, processName ?? '')}`;
  const folder = `${dataDir(dir)}/${processName ?? ''}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      if (pid === process.pid) return false;
      const marked = readProc(pid, 'environ')
        .split('\0')
        .some((line) => matches(line, mark, processName));
      return marked || matches(workingFolder(pid), folder, processName);
    });
}

/** Ends what findProcesses finds: SIGTERM, and SIGKILL for what is there after `graceMs`. Returns when nothing is left (or 10 s later). */
export async function endProcesses(dir: string, processName?: string, graceMs = 0): Promise<number> {
  const found = findProcesses(dir, processName);
  const startedAt = Date.now();
  let left = found;
  let signal: NodeJS.Signals = graceMs > 0 ? 'SIGTERM' : 'SIGKILL';
  for (const pid of left) sendSignal(pid, signal);
  while (left.length > 0 && Date.now() - startedAt < graceMs + 10_000) {
    await sleep(25);
    left = findProcesses(dir, processName);
    if (signal === 'SIGTERM' && Date.now() - startedAt < graceMs) continue;
    signal = 'SIGKILL';
    for (const pid of left) sendSignal(pid, signal);
  }
  return found.length;
}

/** Sends a signal; a process (or group, when negative) that is gone already is fine. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already.
  }
}

/** Resident memory in bytes, undefined when the process is gone. */
export function residentBytes(pid: number): number | undefined {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status'))?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function matches(value: string, wanted: string, processName: string | undefined): boolean {
  return processName === undefined ? value.startsWith(wanted) : value === wanted || value.startsWith(`${wanted}/`);
}

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
