import { findDockerSystem } from '../docker/docker-system.ts';
import { takeDown } from '../docker/take-down.ts';
import { readModeRecord } from '../mode-record.ts';
import { localDir } from '../paths.ts';
import { seconds } from '../progress.ts';
import { stopInstance } from '../supervisor-control.ts';

/** `npm stop`: services first, then the servers, natively or in Docker. What is stored stays. Returns the exit code. */
export async function stop(): Promise<number> {
  const startedAt = Date.now();
  const stoppedNative = await stopInstance(localDir);
  const { project, containers, problem } = await findDockerSystem();
  if (containers.length > 0) {
    console.log(`Stopping the containers of project ${project.name} ...`);
    await takeDown(project, { withVolumes: false });
  }
  if (problem !== undefined && readModeRecord().last === 'docker') {
    console.error(`The containers could not be stopped: ${problem}.`);
    return 1;
  }
  const stopped = stoppedNative || containers.length > 0;
  console.log(stopped ? `Stopped in ${seconds(Date.now() - startedAt)}` : 'Nothing was running.');
  return 0;
}
