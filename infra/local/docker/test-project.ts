import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Addresses, endToEndEnvironment } from '../end-to-end-environment.ts';
import { isAlive } from '../instance-processes.ts';
import { localDir, projectDir } from '../paths.ts';
import { findFreePorts, type PortKey, portTable } from '../ports.ts';
import { draftSettings } from '../settings-file.ts';
import { removeEndedTestInstances } from '../test-instance.ts';
import type { ComposeProject } from './compose-project.ts';
import { listContainers } from './containers.ts';
import { docker } from './docker-command.ts';
import { takeDown } from './take-down.ts';

const namePrefix = 'notify-test-';
const files = ['docker-compose.yml'];

/** A copy of the system on docker compose for one test run: own name, ports, secrets and volumes, beside whatever else runs. */
export type TestProject = {
  readonly project: ComposeProject;
  readonly dir: string;
  readonly logsDir: string;
  readonly addresses: Addresses;
  /** The environment of end-to-end tests. */
  readonly environment: Readonly<Record<string, string>>;
  /** Writes each container's log into a file. */
  writeLogs(): Promise<void>;
  /** Removes containers, network, volumes and the settings; the folder with the logs too unless they are kept. */
  remove(keepLogs: boolean): Promise<void>;
};

/**
 * Writes the settings of a test project, and removes what earlier runs left; starts nothing. Base images are those that the caller's
 * environment names (NODE_IMAGE, POSTGRES_IMAGE, ...), else the defaults of the compose file.
 */
export async function createTestProject(): Promise<TestProject> {
  await removeEndedTestProjects();
  const name = `${namePrefix}${process.pid}`;
  const dir = join(localDir, `test-${process.pid}`);
  const logsDir = join(dir, 'logs');
  mkdirSync(logsDir, { recursive: true });
  const envFile = join(dir, 'env');
  const draft = draftSettings(envFile);
  draft.write();

  const ports = await findFreePorts();
  const portSettings = (Object.keys(portTable) as PortKey[]).map((key) => [portTable[key].setting, String(ports[key])]);
  const images = Object.entries(process.env).filter(([key]) => key.endsWith('_IMAGE'));
  const environment = { ...Object.fromEntries([...portSettings, ...images]), IMAGE_TAG: 'test' };
  const addresses = { ports, settings: draft.settings };
  const project: ComposeProject = { name, files, envFile, environment };

  return {
    project,
    dir,
    logsDir,
    addresses,
    environment: { ...endToEndEnvironment(addresses), E2E_COMPOSE_PROJECT: name },
    async writeLogs() {
      for (const { id, service } of await listContainers(name)) {
        writeFileSync(join(logsDir, `${service}.log`), (await docker(['logs', '--timestamps', id])).output);
      }
    },
    async remove(keepLogs) {
      await takeDown(project, { withVolumes: true });
      rmSync(keepLogs ? envFile : dir, { recursive: true, force: true });
    },
  };
}

/** A run in this folder that was killed leaves its containers and volumes. */
async function removeEndedTestProjects(): Promise<void> {
  const { stdout } = await docker(['ps', '--all', '--format', '{{.Label "com.docker.compose.project"}}']);
  const names = new Set(stdout.split('\n').filter((name) => name.startsWith(namePrefix)));
  for (const name of names) {
    const isOurs = (await listContainers(name)).every(({ workingDir }) => workingDir === projectDir);
    if (isOurs && !isAlive(Number(name.slice(namePrefix.length))))
      await takeDown({ name, files }, { withVolumes: true });
  }
  await removeEndedTestInstances();
}
