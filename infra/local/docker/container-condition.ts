import type { Container } from './containers.ts';

/** `done` is a one-shot that succeeded; `exited` ended without being started again. */
export type Condition = 'ready' | 'done' | 'starting' | 'restarting' | 'unhealthy' | 'paused' | 'exited';

/** How a container is, in one word. */
export function conditionOf({ state, health, exitCode, staysUp }: Container): Condition {
  switch (state) {
    case 'running':
      if (health === 'unhealthy') return 'unhealthy';
      return health === 'starting' ? 'starting' : 'ready';
    case 'created':
      return 'starting';
    case 'paused':
      return 'paused';
    case 'restarting':
      return 'restarting';
    default:
      return exitCode === 0 && !staysUp ? 'done' : 'exited';
  }
}

/** True for what a healthy system consists of. */
export const isGood = (container: Container): boolean => ['ready', 'done'].includes(conditionOf(container));

/** Restarts that are no accident any more. */
const manyRestarts = 3;

/** Why a container will not become ready by itself; undefined while it may. */
export function failureOf(container: Container): string | undefined {
  if (isGood(container)) return undefined;
  if (container.restarts >= manyRestarts)
    return `ended ${container.restarts} times, last with code ${container.exitCode}`;
  const condition = conditionOf(container);
  if (condition === 'exited') return `ended with code ${container.exitCode}`;
  return condition === 'unhealthy' || condition === 'paused' ? `is ${condition}` : undefined;
}
