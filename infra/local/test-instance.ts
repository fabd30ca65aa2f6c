import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '../services.ts';
import { installPackages, missingTestPackages, whyNotInstallable } from './debian-packages.ts';
import { endToEndEnvironment, managementUrl, rabbitmqUrl } from './end-to-end-environment.ts';
import { type Instance, type InstanceTls, logFile, readInstance, stateFile, writeInstanceFile } from './instance.ts';
import { isAlive } from './instance-processes.ts';
import { linesOfLastLife } from './log-lines.ts';
import { localDir } from './paths.ts';
import { findFreePorts } from './ports.ts';
import type { Progress } from './progress.ts';
import { superuserUrl } from './servers/postgres.ts';
import { makeDataDir, removeDataDir } from './servers/server-user.ts';
import { draftSettings } from './settings-file.ts';
import type { InstanceState } from './state-file.ts';
import { launchSupervisor, stopInstance, waitUntilStarted } from './supervisor-control.ts';

const namePrefix = 'test-';

/** A copy of the system for one test run: own ports, own secrets, own data, beside whatever else runs. */
export type TestInstance = {
  readonly dir: string;
  startServers(): Promise<void>;
  /** Needs the servers. */
  startServices(): Promise<void>;
  /** The environment of integration tests; needs the servers. */
  integrationEnvironment(): Record<string, string>;
  /** The environment of end-to-end tests; needs the services. */
  endToEndEnvironment(): Record<string, string>;
  /** Stops everything and deletes the data; the logs too unless they are kept. */
  remove(keepLogs: boolean): Promise<void>;
};

/** Makes the folder of a test instance, and removes what earlier test runs left. Starts nothing yet. */
export async function createTestInstance(progress: Progress): Promise<TestInstance> {
  await removeEndedTestInstances();
  const dir = join(localDir, `${namePrefix}${process.pid}`);
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const envFile = join(dir, 'env');
  draftSettings(envFile).write();
  let supervisor: ChildProcess | undefined;

  const waitFor = async (names: (name: string) => boolean): Promise<void> => {
    const state = await waitUntilStarted(supervisor as ChildProcess, dir, names, () => {});
    if (state?.phase !== 'ready') throw new Error(failureText(dir, state));
  };
  const isService = (name: string): boolean => services.some((service) => service.name === name);

  return {
    dir,
    async startServers() {
      await ensurePackages(progress);
      writeInstanceFile(dir, `${namePrefix}${process.pid}`, await findFreePorts(), envFile, await prepareTls(dir));
      makeDataDir(dir);
      supervisor = launchSupervisor(dir, true);
      await waitFor(() => true);
    },
    async startServices() {
      supervisor?.stdin?.write('services\n');
      await waitFor(isService);
    },
    integrationEnvironment: () => integrationEnvironment(readInstance(dir)),
    endToEndEnvironment: () => ({ ...endToEndEnvironment(readInstance(dir)), E2E_STATE_FILE: stateFile(dir) }),
    async remove(keepLogs) {
      if (supervisor !== undefined && supervisor.exitCode === null && supervisor.signalCode === null) {
        const ended = once(supervisor, 'exit');
        await stopInstance(dir);
        await ended;
      }
      await stopInstance(dir);
      removeDataDir(dir);
      if (!keepLogs) removeFolder(dir);
    },
  };
}

/** A certificate for the servers, and ports on which they speak TLS besides their plain ones. */
async function prepareTls(dir: string): Promise<InstanceTls> {
  // Loaded here: other commands load this file too, and should not need what is for tests.
  const { openTestAuthority } = await import('@notify/testing');
  const folder = join(dir, 'tls');
  openTestAuthority(folder).issue('server', ['localhost', '127.0.0.1']);
  const { rabbitmq, redis } = await findFreePorts();
  return { folder, rabbitmqPort: rabbitmq, redisPort: redis };
}

function integrationEnvironment(instance: Instance): Record<string, string> {
  const { ports, settings, tls } = instance;
  if (tls === undefined) throw new Error('The servers of this instance were not started for tests.');
  return {
    NODE_EXTRA_CA_CERTS: join(tls.folder, 'ca.pem'),
    TEST_TLS_FOLDER: tls.folder,
    TEST_RABBITMQ_TLS_PORT: String(tls.rabbitmqPort),
    TEST_REDIS_TLS_PORT: String(tls.redisPort),
    TEST_POSTGRES_URL: superuserUrl(instance, 'postgres-core'),
    TEST_RABBITMQ_URL: rabbitmqUrl(instance),
    TEST_RABBITMQ_MANAGEMENT_URL: managementUrl(instance),
    // Not database 0: that one is for the services of the end-to-end tests.
    TEST_REDIS_URL: `redis://:${settings['REDIS_PASSWORD']}@127.0.0.1:${ports.redis}/1`,
  };
}

async function ensurePackages(progress: Progress): Promise<void> {
  const missing = missingTestPackages();
  const refusal = whyNotInstallable(missing);
  if (refusal !== undefined) throw new Error(refusal);
  if (missing.length > 0) await installPackages(missing, progress);
}

function failureText(dir: string, state: InstanceState | undefined): string {
  const failed = Object.entries(state?.processes ?? {}).filter(([, { status }]) => status === 'failed');
  const names = failed.length > 0 ? failed.map(([name]) => name) : ['supervisor'];
  return names
    .map(
      (name) =>
        `${name} did not start:\n${linesOfLastLife(logFile(dir, name), 20)
          .map((line) => `  ${line}`)
          .join('\n')}`,
    )
    .join('\n');
}

/** Deletes the folders of test runs that are over: kept logs, and whatever a killed run left behind. */
export async function removeEndedTestInstances(): Promise<void> {
  mkdirSync(localDir, { recursive: true });
  for (const entry of readdirSync(localDir)) {
    const pid = Number(entry.slice(namePrefix.length));
    if (!entry.startsWith(namePrefix) || isAlive(pid)) continue;
    const dir = join(localDir, entry);
    await stopInstance(dir);
    removeDataDir(dir);
    removeFolder(dir);
  }
}

function removeFolder(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  if (readdirSync(localDir).length === 0) rmSync(localDir, { recursive: true });
}
