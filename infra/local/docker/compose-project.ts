import { existsSync, readFileSync } from 'node:fs';
import { parseEnv, type Settings, settingNames } from '../env-file.ts';
import { envExampleFile, envFile, projectDir } from '../paths.ts';
import { type CommandOptions, type CommandResult, runCommand } from '../run-command.ts';
import { findCompose } from './compose-command.ts';
import { composeProjectName } from './project-name.ts';

/** One system on docker compose: its containers, volumes and network carry this name. */
export type ComposeProject = {
  readonly name: string;
  /** The compose files, from the root of the project; without them compose looks itself, and finds an override file too. */
  readonly files?: readonly string[];
  /** Settings for the compose file; by default .env, if there is one. */
  readonly envFile?: string;
  /** Wins over the env file. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly profiles?: readonly string[];
};

/** The system of this folder: the one that a plain `docker compose` in here means. */
export function defaultProject(): ComposeProject {
  const settings: Settings = existsSync(envFile) ? parseEnv(readFileSync(envFile, 'utf8')) : {};
  return { name: composeProjectName(projectDir, process.env, settings) };
}

/**
 * Runs compose for a project and collects what it printed. Settings come from its env file alone, whatever the caller's shell exports
 * under the same names (`export API_KEY=...` of the README, say), so that each start is the same.
 *
 * @throws Error when this machine has no compose
 */
export async function compose(
  project: ComposeProject,
  args: readonly string[],
  options: Pick<CommandOptions, 'signal' | 'onOutput'> = {},
): Promise<CommandResult> {
  const found = await findCompose();
  if (found === undefined) throw new Error('docker compose is not installed');
  const [program, ...first] = found.command;
  return runCommand([program, ...first, ...projectArguments(project), ...args], {
    ...options,
    cwd: projectDir,
    ownGroup: true,
    env: composeEnvironment(process.env, readFileSync(envExampleFile, 'utf8'), project.environment),
  });
}

function projectArguments({ name, files = [], envFile: settingsFile, profiles = [] }: ComposeProject): string[] {
  return [
    ...['--project-name', name, '--project-directory', projectDir],
    ...files.flatMap((file) => ['--file', file]),
    ...(settingsFile === undefined ? [] : ['--env-file', settingsFile]),
    ...profiles.flatMap((profile) => ['--profile', profile]),
  ];
}

/** The caller's environment without the settings of the system, then what the project says. */
export function composeEnvironment(
  caller: NodeJS.ProcessEnv,
  envExample: string,
  ofProject: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const settings = settingNames(envExample);
  const kept = Object.entries(caller).flatMap(([key, value]) =>
    value === undefined || settings.has(key) ? [] : [[key, value] as const],
  );
  return { ...Object.fromEntries(kept), ...ofProject };
}
