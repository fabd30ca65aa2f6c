import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { type DockerSystem, findDockerSystem } from '../docker/docker-system.ts';
import { takeDown } from '../docker/take-down.ts';
import { dataDir } from '../instance.ts';
import { readModeRecord } from '../mode-record.ts';
import { envFile, localDir } from '../paths.ts';
import { removeDataDir } from '../servers/server-user.ts';
import { stopInstance } from '../supervisor-control.ts';
import { removeEndedTestInstances } from '../test-instance.ts';

/** `npm run reset [-- --yes]`: stops the system and deletes all it stored, with its secrets. Returns the exit code. */
export async function reset(args: readonly string[]): Promise<number> {
  const system = await findDockerSystem();
  const { compose_project: knownProject } = readModeRecord();
  if (system.problem !== undefined && knownProject !== undefined) {
    console.error(
      `Nothing was deleted: the volumes of the compose project "${knownProject}" can not be, ${system.problem}.`,
    );
    return 1;
  }
  // Volumes are told apart by the project's name alone: without a sign that they are this folder's, they may be another clone's.
  const volumesAreOurs = system.containers.length > 0 || knownProject === system.project.name;
  const inDocker = volumesAreOurs ? namesOf(system) : [];
  const files = [dataDir(localDir), localDir, envFile].filter((path) => existsSync(path));
  if (files.length + inDocker.length === 0) {
    console.log('There is nothing to delete.');
    sayLeftAlone(system, volumesAreOurs);
    return 0;
  }
  console.log(
    `This stops the system and deletes every notification, user and template in it, the logs and the secrets:`,
  );
  for (const name of [...files, ...inDocker]) console.log(`  ${name}`);
  if (inDocker.length > 0) console.log('Docker images stay.');
  if (!args.includes('--yes') && process.stdin.isTTY && !(await confirmed())) {
    console.log('Nothing was deleted.');
    return 1;
  }
  if (inDocker.length > 0) await takeDown(system.project, { withVolumes: true });
  await deleteNative();
  console.log('Deleted.');
  sayLeftAlone(system, volumesAreOurs);
  return 0;
}

function namesOf({ containers, volumes }: DockerSystem): string[] {
  return [...containers.map(({ name }) => `container ${name}`), ...volumes.map((name) => `volume ${name}`)];
}

function sayLeftAlone({ project, volumes }: DockerSystem, volumesAreOurs: boolean): void {
  if (volumesAreOurs || volumes.length === 0) return;
  console.log(
    `Left alone, since npm start did not make them here: the volumes of the compose project "${project.name}". \`docker compose down --volumes\` deletes them.`,
  );
}

async function deleteNative(): Promise<void> {
  await stopInstance(localDir);
  removeDataDir(localDir);
  await removeEndedTestInstances();
  // The folder of a test run that goes on beside is not ours.
  const entries = existsSync(localDir) ? readdirSync(localDir) : [];
  for (const entry of entries)
    if (!entry.startsWith('test-')) rmSync(join(localDir, entry), { recursive: true, force: true });
  if (existsSync(localDir) && readdirSync(localDir).length === 0) rmSync(localDir, { recursive: true });
  rmSync(envFile, { force: true });
}

async function confirmed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Go on? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
