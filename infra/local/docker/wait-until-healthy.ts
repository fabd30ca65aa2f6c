import { setTimeout as sleep } from 'node:timers/promises';
import { conditionOf, failureOf, isGood } from './container-condition.ts';
import { type Container, listContainers } from './containers.ts';
import { docker } from './docker-command.ts';

const pollMs = 500;
const shownLines = 20;

type WaitOptions = {
  timeoutMs: number;
  /** Is called once for each container that is healthy, or a one-shot that exited 0. */
  onReady?: (container: Container) => void;
  /** False while containers are still to come (`up` goes on beside). */
  isComplete?: () => boolean;
  signal?: AbortSignal;
};

/**
 * Waits until every container of a project is healthy. Polls, since `up --wait` is not in docker-compose 1.29.
 *
 * @returns the containers
 * @throws Error with names and last log lines, when one ends, ends again and again, is unhealthy, or is not ready in time; or when aborted
 */
export async function waitUntilHealthy(
  projectName: string,
  { timeoutMs, onReady, isComplete = () => true, signal }: WaitOptions,
): Promise<Container[]> {
  const begunAtMs = Date.now();
  const told = new Set<string>();
  for (;;) {
    // Asked before the look, so that the look sees all that `up` made.
    const complete = isComplete();
    const containers = await listContainers(projectName);
    // While `up` goes on, what is older than this may still be replaced, or started again.
    const judged = containers.filter(({ startedAt }) => complete || Date.parse(startedAt) >= begunAtMs);
    for (const container of judged.filter((one) => isGood(one) && !told.has(one.id))) {
      told.add(container.id);
      onReady?.(container);
    }
    if (complete && containers.length > 0 && containers.every(isGood)) return containers;
    const failed = judged.filter((container) => failureOf(container) !== undefined);
    if (failed.length > 0) throw new Error(await reportOf(failed));
    if (Date.now() > begunAtMs + timeoutMs) throw new Error(await lateReport(containers, timeoutMs));
    await sleep(pollMs, undefined, { signal });
  }
}

async function lateReport(containers: readonly Container[], timeoutMs: number): Promise<string> {
  const late = containers.filter((container) => !isGood(container));
  const headline = `Not ready after ${timeoutMs / 1_000} s.`;
  return late.length === 0 ? headline : `${headline}\n${await reportOf(late)}`;
}

/** What is wrong with containers, each with the end of its log. */
export async function reportOf(containers: readonly Container[]): Promise<string> {
  const parts = containers.map(async (container) => {
    const { output } = await docker(['logs', '--tail', String(shownLines), container.id]);
    const what = failureOf(container) ?? `is ${conditionOf(container)}`;
    const lines = output.trimEnd().split('\n').slice(-shownLines);
    return [`${container.service} ${what}. The end of its log:`, ...lines.map((line) => `  ${line}`)].join('\n');
  });
  return (await Promise.all(parts)).join('\n');
}
