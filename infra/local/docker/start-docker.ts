import { readFileSync } from 'node:fs';
import { logFile } from '../instance.ts';
import { updateModeRecord } from '../mode-record.ts';
import { composeFilePath, envFile, localDir } from '../paths.ts';
import {
  configuredPorts,
  type PortKey,
  type Ports,
  portKeys,
  portsInUse,
  portsInUseText,
  portTable,
} from '../ports.ts';
import { createProgress, type Progress, seconds } from '../progress.ts';
import { draftSettings } from '../settings-file.ts';
import { showRunningSystem } from '../show-running-system.ts';
import { bringUp } from './bring-up.ts';
import { buildImages } from './build-images.ts';
import { readComposeFile } from './compose-file.ts';
import type { DockerSystem } from './docker-system.ts';
import { settingWarnings } from './setting-warnings.ts';
import { takeDown } from './take-down.ts';

const healthyTimeoutMs = 300_000;

/**
 * Builds and starts everything with docker compose, from nothing to a running system that has shown one notification its way. What runs
 * already is brought up to date. The base images must be there. Returns the exit code.
 */
export async function startDocker(system: DockerSystem): Promise<number> {
  const { project, containers } = system;
  const draft = draftSettings(envFile);
  const ports = configuredPorts(draft.settings);
  const composeText = readFileSync(composeFilePath, 'utf8');
  const taken = await takenPorts(system, ports, composeText);
  if (taken.length > 0) {
    console.error(portsInUseText(ports, taken));
    return 1;
  }

  const startedAt = Date.now();
  console.log(`Starting the notification system in Docker (project ${project.name})`);
  const progress = createProgress();
  for (const warning of settingWarnings(draft.settings, composeText)) console.log(`${' '.repeat(12)}${warning}`);
  draft.write();
  if (draft.change === 'created') progress.done('.env written, with secrets of its own');
  if (draft.change === 'completed') progress.done('.env completed with new settings');
  updateModeRecord({ last: 'docker', compose_project: project.name });

  const wasRunning = containers.some(({ state }) => state === 'running');
  if (!(await buildAndBringUp(system, wasRunning, progress))) return 1;
  progress.done('everything is ready', startedAt);
  return await showRunningSystem(ports, draft.settings, startedAt);
}

/** The ports that compose publishes and somebody else holds. */
async function takenPorts({ containers }: DockerSystem, ports: Ports, composeText: string): Promise<PortKey[]> {
  const ours = new Set(containers.flatMap((container) => container.ports));
  const published = portKeys.filter((key) => composeText.includes(`\${${portTable[key].setting}`));
  return await portsInUse(
    ports,
    published.filter((key) => !ours.has(ports[key])),
  );
}

/** On failure tells why; what this start has started is stopped again, on Ctrl-C too. A system that ran before is left as it is. */
async function buildAndBringUp({ project }: DockerSystem, wasRunning: boolean, progress: Progress): Promise<boolean> {
  const interruption = new AbortController();
  const abort = (): void => {
    if (!interruption.signal.aborted) console.log('\nInterrupted');
    interruption.abort();
  };
  process.on('SIGINT', abort).on('SIGTERM', abort);
  const { signal } = interruption;
  try {
    progress.begin('building the images');
    const buildLog = logFile(localDir, 'docker-build');
    const buildStartedAt = Date.now();
    await buildImages(project, await readComposeFile(project), {
      logFile: buildLog,
      onBuilt: (service) => progress.done(`${service} built`, buildStartedAt),
      signal,
    });
    const upStartedAt = Date.now();
    await bringUp(project, {
      timeoutMs: healthyTimeoutMs,
      onReady: ({ service, ports }) =>
        progress.done(`${service.padEnd(18)} ${addressText(ports)}`.trimEnd(), upStartedAt),
      signal,
    });
    return true;
  } catch (error) {
    if (!signal.aborted) console.error(`\n${(error as Error).message}`);
    await stopAgain(project, wasRunning);
    return false;
  } finally {
    process.off('SIGINT', abort).off('SIGTERM', abort);
  }
}

const addressText = (ports: readonly number[]): string => (ports.length === 0 ? '' : `127.0.0.1:${ports.join(', ')}`);

async function stopAgain(project: DockerSystem['project'], wasRunning: boolean): Promise<void> {
  if (wasRunning) {
    console.error('\nThe system ran before and is left as it is now: npm run status');
    return;
  }
  console.log('Stopping what was started ...');
  const startedAt = Date.now();
  await takeDown(project, { withVolumes: false });
  console.error(`Everything that was started is stopped again (${seconds(Date.now() - startedAt)}).`);
}
