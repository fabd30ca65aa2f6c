import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv, type Settings } from './env-file.ts';
import type { Ports } from './ports.ts';
import { realPathOrSelf } from './real-path.ts';

/** One running copy of the system: the default one in .local, or a test's in .local/test-<pid>. */
export type Instance = {
  readonly name: string;
  /** Logs, state and data of this instance; nothing is written elsewhere, except where `dataDir` is a link. */
  readonly dir: string;
  readonly ports: Ports;
  /** The settings of its .env file: secrets and whatever the operator set. */
  readonly settings: Settings;
  /** Test instances alone: their servers speak TLS too. */
  readonly tls?: InstanceTls;
};

/** The folder holds `server.pem` and `server.key`. PostgreSQL speaks TLS on its only port. */
export type InstanceTls = { readonly folder: string; readonly rabbitmqPort: number; readonly redisPort: number };

/** What is written to instance.json, for the supervisor: no secrets, those stay in the env file. */
type InstanceFile = { name: string; ports: Ports; env_file: string; tls?: InstanceTls };

export const instanceFile = (dir: string): string => join(dir, 'instance.json');
export const stateFile = (dir: string): string => join(dir, 'state.json');
export const lockFile = (dir: string): string => join(dir, 'supervisor.lock');
/** Where the servers' data is reached from the instance: a folder, or a link to one outside of the project. */
export const dataPath = (dir: string): string => join(dir, 'data');
/** Where the servers' data really is; the servers are given this path, since they may not be able to follow the link. */
export const dataDir = (dir: string): string => realPathOrSelf(dataPath(dir));
export const logFile = (dir: string, processName: string): string => join(dir, 'logs', `${processName}.log`);

/** Where Node keeps compiled code between starts. */
export const compileCacheDir = (dir: string): string => join(dir, 'compile-cache');

/** The environment variable by which a process of an instance is known, also when its parent is gone. */
export const markerVariable = 'NOTIFICATION_SYSTEM_PROCESS';
export const markerValue = (dir: string, processName: string): string => `${dir}:${processName}`;

/** Where the servers' data goes when the database user cannot reach the project's folder. */
export const outsideBase = '/var/lib/notification-system';

/** The folder of one instance in there. */
export const outsideDataDir = (dir: string): string =>
  join(outsideBase, createHash('sha256').update(dir).digest('hex').slice(0, 12));

export function writeInstanceFile(dir: string, name: string, ports: Ports, envFile: string, tls?: InstanceTls): void {
  const content: InstanceFile = { name, ports, env_file: envFile, tls };
  writeFileSync(instanceFile(dir), `${JSON.stringify(content, null, 2)}\n`);
}

/** Throws when the instance was never written. */
export function readInstance(dir: string): Instance {
  const content = JSON.parse(readFileSync(instanceFile(dir), 'utf8')) as InstanceFile;
  return {
    name: content.name,
    dir,
    ports: content.ports,
    settings: parseEnv(readFileSync(content.env_file, 'utf8')),
    tls: content.tls,
  };
}
