import { findProcesses, residentBytes, runningSupervisor } from '../instance-processes.ts';
import { localDir } from '../paths.ts';
import { readState } from '../state-file.ts';
import { textTable } from '../text-table.ts';

/** `npm run status`: what runs, and how it is. Exit code 0 when everything is ready, else 1. */
export async function status(): Promise<number> {
  const state = readState(localDir);
  if (state === undefined || runningSupervisor(localDir) === undefined) {
    const left = findProcesses(localDir).length;
    const orphans = `Not supervised: ${left} processes are left. \`npm start\` ends them and starts again, \`npm stop\` ends them.`;
    console.log(left > 0 ? orphans : 'Not running. `npm start` starts it.');
    return 1;
  }
  const rows = Object.entries(state.processes).map(([name, { status: condition, pid, port, restarts }]) => {
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
  const isReady = Object.values(state.processes).every((process) => process.status === 'ready');
  return isReady ? 0 : 1;
}
