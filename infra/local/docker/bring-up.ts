import { type ComposeProject, compose } from './compose-project.ts';
import { failureOf, isGood } from './container-condition.ts';
import { type Container, listContainers } from './containers.ts';
import { reportOf, waitUntilHealthy } from './wait-until-healthy.ts';

type BringUpOptions = {
  timeoutMs: number;
  /** Is called once for each container that is healthy, or a one-shot that exited 0. */
  onReady?: (container: Container) => void;
  signal?: AbortSignal;
};

/**
 * Starts what a project consists of, from images that are there, and waits until all of it is healthy. What runs already and has not
 * changed is left alone.
 *
 * @throws Error with what went wrong and the log's end of the container at fault; or when aborted. What was started goes on then
 */
export async function bringUp(
  project: ComposeProject,
  { timeoutMs, onReady, signal }: BringUpOptions,
): Promise<Container[]> {
  const failed = new AbortController();
  const ended = AbortSignal.any([failed.signal, ...(signal === undefined ? [] : [signal])]);
  let isUp = false;
  const up = compose(project, ['up', '--detach', '--no-build'], { signal: ended }).then(async ({ code, output }) => {
    if (code !== 0) throw new Error(await upFailure(project.name, output));
    isUp = true;
  });
  try {
    const healthy = waitUntilHealthy(project.name, { timeoutMs, onReady, isComplete: () => isUp, signal: ended });
    const [containers] = await Promise.all([healthy, up]);
    return containers;
  } catch (error) {
    failed.abort();
    await up.catch(() => {});
    throw error;
  }
}

/** Compose names the container that failed; its log says why. */
async function upFailure(projectName: string, output: string): Promise<string> {
  const containers = await listContainers(projectName);
  const failed = containers.filter(
    (container) => failureOf(container) !== undefined || (container.restarts > 0 && !isGood(container)),
  );
  const lines = output.trim().split('\n').slice(-5).join('\n');
  return failed.length === 0 ? lines : `${lines}\n${await reportOf(failed)}`;
}
