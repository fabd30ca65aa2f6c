import { projectDir } from '../paths.ts';
import { realPathOrSelf } from '../real-path.ts';
import { findCompose } from './compose-command.ts';
import { type ComposeProject, defaultProject } from './compose-project.ts';
import { type Container, listContainers } from './containers.ts';
import { docker } from './docker-command.ts';
import { whyNoEngine } from './engine.ts';

/** What the Docker engine holds of this folder's system. */
export type DockerSystem = {
  readonly project: ComposeProject;
  /** Why Docker can not be used here, as one line that fits behind "because"; nothing is known of the rest then. */
  readonly problem: string | undefined;
  readonly containers: readonly Container[];
  /** The names of the volumes. Compose knows them by the project's name alone: they are there also after `stop`. */
  readonly volumes: readonly string[];
};

/** Looks for containers and volumes of this folder's project. Never throws. */
export async function findDockerSystem(): Promise<DockerSystem> {
  const project = defaultProject();
  const nothing = { project, containers: [], volumes: [] };
  const problem = (await whyNoEngine()) ?? (await whyNoCompose());
  if (problem !== undefined) return { ...nothing, problem };
  try {
    const [containers, volumes] = await Promise.all([listContainers(project.name), listVolumes(project.name)]);
    const other = containers.find(({ workingDir }) => !isThisFolder(workingDir))?.workingDir;
    if (other !== undefined) return { ...nothing, problem: otherFolderText(project.name, other) };
    return { project, problem: undefined, containers, volumes };
  } catch (error) {
    return { ...nothing, problem: (error as Error).message };
  }
}

/** The volumes of a compose project. */
export async function listVolumes(projectName: string): Promise<string[]> {
  const filter = `label=com.docker.compose.project=${projectName}`;
  const { code, stdout, output } = await docker(['volume', 'ls', '--quiet', '--filter', filter]);
  if (code !== 0) throw new Error(`The volumes could not be listed: ${output.trim()}`);
  return stdout.split('\n').filter(Boolean);
}

const whyNoCompose = async (): Promise<string | undefined> =>
  (await findCompose()) === undefined ? 'docker compose is not installed' : undefined;

const isThisFolder = (folder: string): boolean => realPathOrSelf(folder) === realPathOrSelf(projectDir);

const otherFolderText = (name: string, folder: string): string =>
  `the containers of the compose project "${name}" belong to ${folder} (set COMPOSE_PROJECT_NAME in .env to a name of its own)`;
