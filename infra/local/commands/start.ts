import { existsSync } from 'node:fs';
import { chooseMode, type ModeFacts, withoutDocker } from '../choose-mode.ts';
import { readComposeFile } from '../docker/compose-file.ts';
import { type DockerSystem, findDockerSystem } from '../docker/docker-system.ts';
import { missingImages, pullImages, shortName } from '../docker/images.ts';
import { startDocker } from '../docker/start-docker.ts';
import { dataPath } from '../instance.ts';
import { runningSupervisor } from '../instance-processes.ts';
import { type Mode, readModeRecord } from '../mode-record.ts';
import { localDir } from '../paths.ts';
import { createProgress } from '../progress.ts';
import { startNative } from '../start-native.ts';
import { parseStartOptions, startUsage } from '../start-options.ts';

/** `npm start`: everything from nothing to a running system that has shown one notification its way. Returns the exit code. */
export async function start(args: readonly string[]): Promise<number> {
  const options = parseStartOptions(args);
  if (options.help) {
    console.log(startUsage);
    return 0;
  }
  const system = await findDockerSystem();
  const facts = gatherFacts(options.mode, system);
  let choice = chooseMode(facts);
  if ('mode' in choice && choice.mode === 'docker') {
    const dockerProblem = await whyNoImages(system);
    if (dockerProblem !== undefined) choice = withoutDocker({ ...facts, dockerProblem });
  }
  if ('refusal' in choice) {
    console.error(choice.refusal);
    return 1;
  }
  if (choice.line !== undefined) console.log(choice.line);
  return choice.mode === 'docker' ? await startDocker(system) : await startNative();
}

function gatherFacts(wanted: Mode | undefined, { problem, containers, volumes }: DockerSystem): ModeFacts {
  const { last, compose_project: knownProject } = readModeRecord();
  const dockerRuns = containers.some(({ state }) => state !== 'exited' && state !== 'created');
  return {
    wanted,
    canRunNatively: process.platform === 'linux',
    running: runningSupervisor(localDir) !== undefined ? 'native' : dockerRuns ? 'docker' : undefined,
    hasData: {
      native: existsSync(dataPath(localDir)),
      docker: problem === undefined ? volumes.length > 0 : knownProject !== undefined,
    },
    last,
    dockerProblem: problem,
  };
}

/** Pulls the images that are missing; why they can not be had, as one line. */
async function whyNoImages({ project }: DockerSystem): Promise<string | undefined> {
  let missing: string[];
  try {
    missing = await missingImages((await readComposeFile(project)).baseImages);
  } catch (error) {
    return (error as Error).message;
  }
  if (missing.length === 0) return undefined;
  console.log('Pulling images');
  const progress = createProgress();
  return await pullImages(missing, {
    onBegin: (image) => progress.begin(shortName(image)),
    onDone: (image, sinceMs) => progress.done(shortName(image), sinceMs),
  });
}
