import { showDockerStatus } from '../docker/docker-status.ts';
import { findDockerSystem } from '../docker/docker-system.ts';
import { findProcesses, runningSupervisor } from '../instance-processes.ts';
import { readModeRecord } from '../mode-record.ts';
import { nativeStatus } from '../native-status.ts';
import { localDir } from '../paths.ts';

/** `npm run status`: what runs, natively or in Docker, and how it is. Exit code 0 when everything is ready, else 1. */
export async function status(): Promise<number> {
  if (runningSupervisor(localDir) !== undefined) return nativeStatus();
  const system = await findDockerSystem();
  if (system.containers.length > 0) return await showDockerStatus(system);
  const left = findProcesses(localDir).length;
  const orphans = `Not supervised: ${left} processes are left. \`npm start\` ends them and starts again, \`npm stop\` ends them.`;
  const unknown = system.problem !== undefined && readModeRecord().last === 'docker' ? ` (${system.problem})` : '';
  console.log(left > 0 ? orphans : `Not running${unknown}. \`npm start\` starts it.`);
  return 1;
}
