import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { dataPath, outsideBase, outsideDataDir } from '../instance.ts';

const databaseUser = 'postgres';

/** True when the caller is root; PostgreSQL refuses to run as root and gets a user of its own then. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/** The ids of the user that PostgreSQL runs as: `postgres` for root, else the caller's. */
export function serverUser(): { uid: number; gid: number } {
  if (!isRoot()) return { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1 };
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === databaseUser);
  if (entry === undefined)
    throw new Error(`There is no user ${databaseUser}: install the Debian package postgresql again.`);
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** The command as the server user runs it. */
export function asServerUser(command: readonly [string, ...string[]]): [string, ...string[]] {
  if (!isRoot()) return [...command];
  return ['setpriv', `--reuid=${databaseUser}`, `--regid=${databaseUser}`, '--clear-groups', ...command];
}

/**
 * Makes the data folder of an instance. Where the server user cannot reach the project (a clone in /root), the folder is
 * made in /var/lib/notification-system and linked.
 *
 * @returns the folder outside of the project, when it had to be there
 * @throws Error with one clear line when there is data that the server user can no longer reach
 */
export function makeDataDir(instanceDir: string): string | undefined {
  const folder = dataPath(instanceDir);
  const linked = linkedFolder(folder);
  if (linked !== undefined) {
    makeReachable(linked);
    return linked;
  }
  if (canReach(instanceDir)) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o755);
    return undefined;
  }
  if (existsSync(folder)) {
    throw new Error(
      `The user ${databaseUser} cannot reach ${folder} any more: make the folders above it traversable again, or npm run reset.`,
    );
  }
  // What is there belonged to a clone in this place that was deleted without a reset.
  const outside = outsideDataDir(instanceDir);
  rmSync(outside, { recursive: true, force: true });
  makeReachable(outside);
  symlinkSync(outside, folder);
  return outside;
}

/** Deletes the data of an instance, wherever it is. */
export function removeDataDir(instanceDir: string): void {
  const folder = dataPath(instanceDir);
  const linked = linkedFolder(folder);
  rmSync(folder, { recursive: true, force: true });
  if (linked === undefined || dirname(linked) !== outsideBase) return;
  rmSync(linked, { recursive: true, force: true });
  try {
    rmdirSync(outsideBase);
  } catch {
    // Another clone's data is in it.
  }
}

const linkedFolder = (folder: string): string | undefined =>
  lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(folder) : undefined;

function makeReachable(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const path of [dirname(folder), folder]) chmodSync(path, 0o755);
}

function canReach(folder: string): boolean {
  const [program, ...args] = asServerUser(['test', '-x', folder]);
  return spawnSync(program, args, { cwd: '/' }).status === 0;
}
