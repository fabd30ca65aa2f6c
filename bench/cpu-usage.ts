import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessIds } from './pipeline.ts';

/** Linux counts CPU time in hundredths of a second, whatever its own clock (man 5 proc). */
const MS_PER_TICK = 10;

/** CPU time in milliseconds used so far, by name; `machine` is that of everything, ours or not. */
export type CpuUsage = Record<string, number>;

interface ProcessStat {
  parent: number;
  cpuMs: number;
}

/** The name of what is nobody's of those asked for: other programs, and the kernel's own work. */
export const EVERYTHING_ELSE = 'everything else';

/** Reads what each process, with its children (those that have ended too), has used so far. Linux only. */
export function readCpuUsage(processIds: ProcessIds): CpuUsage {
  const stats = readProcessStats();
  const namedPids = new Map(Object.entries(processIds).map(([name, pid]) => [pid, name]));
  const usage: CpuUsage = Object.fromEntries(Object.keys(processIds).map((name) => [name, 0]));
  for (const [pid, { cpuMs }] of stats) {
    const name = nearestName(pid, stats, namedPids);
    if (name !== undefined) usage[name] = (usage[name] ?? 0) + cpuMs;
  }
  return { ...usage, machine: readMachineMs() };
}

/** What each process used between two readings, in milliseconds per notification, and what the machine did besides. */
export function cpuPerNotification(before: CpuUsage, after: CpuUsage, notifications: number): CpuUsage {
  const usedMs = (name: string): number => ((after[name] ?? 0) - (before[name] ?? 0)) / notifications;
  const ours = Object.keys(after).filter((name) => name !== 'machine');
  const oursMs = ours.reduce((sum, name) => sum + usedMs(name), 0);
  return {
    ...Object.fromEntries(ours.map((name) => [name, usedMs(name)])),
    [EVERYTHING_ELSE]: Math.max(0, usedMs('machine') - oursMs),
  };
}

/** The named process that this one is, or descends from. */
function nearestName(
  pid: number,
  stats: ReadonlyMap<number, ProcessStat>,
  namedPids: ReadonlyMap<number, string>,
): string | undefined {
  for (let current: number | undefined = pid; current !== undefined; current = stats.get(current)?.parent) {
    const name = namedPids.get(current);
    if (name !== undefined) return name;
  }
  return undefined;
}

function readProcessStats(): Map<number, ProcessStat> {
  const stats = new Map<number, ProcessStat>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = readStat(entry);
    if (stat !== undefined) stats.set(Number(entry), stat);
  }
  return stats;
}

/** Undefined when the process has just ended. */
function readStat(pid: string): ProcessStat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // After the name, which may hold anything: state, parent, ..., utime, stime, cutime, cstime as the 12th to 15th.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), cpuMs: ticks * MS_PER_TICK };
  } catch {
    return undefined;
  }
}

/** Of all CPUs: user, nice, system, interrupts; not idle, waiting or stolen time. */
function readMachineMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) * MS_PER_TICK;
}
