import { docker } from './docker-command.ts';

const answerTimeoutMs = 5_000;

/** Why no Docker engine can be used here, as one line that fits behind "because"; undefined when one answers. */
export async function whyNoEngine(): Promise<string | undefined> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const { code, output } = await docker(['version', '--format', '{{.Server.Version}}'], { signal });
  if (signal.aborted) return `the Docker engine did not answer within ${answerTimeoutMs / 1_000} s`;
  return code === 0 ? undefined : engineProblem(code, output);
}

/** What a failed `docker version` says, in our words. */
export function engineProblem(code: number, output: string): string {
  if (code === 127) return 'Docker is not installed';
  if (/permission denied/i.test(output)) return 'Docker is installed but this user may not use it';
  const host = /(unix|tcp|ssh|npipe|https?):\/\/[^\s"'?]*[^\s"'?.:]/.exec(output)?.[0];
  return `no Docker engine answers${host === undefined ? '' : ` at ${host}`}`;
}
