import { runCommand } from '../run-command.ts';
import { docker } from './docker-command.ts';

export type ComposeCommand = {
  readonly command: readonly ['docker', 'compose'] | readonly ['docker-compose'];
  /** As it says itself: `2.29.1`, `1.29.2`. */
  readonly version: string;
};

let found: Promise<ComposeCommand | undefined> | undefined;

/** The compose of this machine: the plugin of `docker` (v2), else `docker-compose` (1.29 or v2), else undefined. Looked up once. */
export function findCompose(): Promise<ComposeCommand | undefined> {
  found ??= lookUp();
  return found;
}

async function lookUp(): Promise<ComposeCommand | undefined> {
  const plugin = versionIn(await docker(['compose', 'version', '--short']));
  if (plugin !== undefined) return { command: ['docker', 'compose'], version: plugin };
  const standalone = versionIn(await runCommand(['docker-compose', 'version', '--short']));
  return standalone === undefined ? undefined : { command: ['docker-compose'], version: standalone };
}

function versionIn({ code, stdout }: { code: number; stdout: string }): string | undefined {
  return code === 0 ? /^v?(\d+\.\d+\S*)/.exec(stdout.trim())?.[1] : undefined;
}
