import { residentBytes } from './instance-processes.ts';
import { localDir } from './paths.ts';
import { readState } from './state-file.ts';
import { textTable } from './text-table.ts';

/** Prints what the supervisor runs, and how it is. Returns the exit code: 0 when everything is ready, else 1. */
export function nativeStatus(): number {
  const processes = readState(localDir)?.processes ?? {};
  const rows = Object.entries(processes).map(([name, { status: condition, pid, port, restarts }]) => {
    const memory = pid === null ? undefined : residentBytes(pid);
    return [
      name,
      condition,
      pid?.toString() ?? '-',
      String(port),
      memory ? `${Math.round(memory / 2 ** 20)} MB` : '-',
      String(restarts),
    ];
  });
  console.log(textTable([['NAME', 'STATUS', 'PID', 'PORT', 'MEMORY', 'RESTARTS'], ...rows], ''));
  return rows.length > 0 && Object.values(processes).every(({ status: condition }) => condition === 'ready') ? 0 : 1;
}
