import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Progress } from './progress.ts';
import { runCommand } from './run-command.ts';
import { findPostgresPrograms } from './servers/postgres.ts';
import { rabbitmqServerScript } from './servers/rabbitmq.ts';
import { isRoot } from './servers/server-user.ts';

type Package = { readonly name: string; readonly isPresent: () => boolean };

const packages: readonly Package[] = [
  { name: 'postgresql', isPresent: () => findPostgresPrograms() !== undefined },
  { name: 'rabbitmq-server', isPresent: () => existsSync(rabbitmqServerScript) },
  { name: 'redis-server', isPresent: () => isOnPath('redis-server') },
];

/** What the tests need besides: certificates are made with openssl, HTTPS ends at nginx, and pages are looked at with chromium. */
const testPackages: readonly Package[] = [
  { name: 'openssl', isPresent: () => isOnPath('openssl') },
  { name: 'nginx-light', isPresent: () => existsSync('/usr/sbin/nginx') || isOnPath('nginx') },
  { name: 'chromium', isPresent: () => isOnPath('chromium') || isOnPath('google-chrome') },
];

const policyFile = '/usr/sbin/policy-rc.d';

const namesOfMissing = (wanted: readonly Package[]): string[] =>
  wanted.filter(({ isPresent }) => !isPresent()).map(({ name }) => name);

/** The Debian packages of the servers that this machine lacks. */
export const missingPackages = (): string[] => namesOfMissing(packages);

/** The same, with what only tests need. */
export const missingTestPackages = (): string[] => namesOfMissing([...packages, ...testPackages]);

/** One clear line when the missing packages cannot be installed by this user on this machine, else undefined. */
export function whyNotInstallable(missing: readonly string[]): string | undefined {
  if (missing.length === 0) return undefined;
  const list = missing.join(' ');
  if (!isOnPath('apt-get'))
    return `${list}: not installed, and this is not a Debian or Ubuntu system. Install PostgreSQL, RabbitMQ and Redis the way it does.`;
  if (!isRoot()) return `Missing packages: ${list}. Run as root: apt-get install ${list}`;
  return undefined;
}

/**
 * Installs Debian packages without starting the servers that come with them: ours run on their own ports.
 *
 * @throws Error with apt's last lines
 */
export async function installPackages(missing: readonly string[], progress: Progress): Promise<void> {
  progress.begin(`installing ${missing.join(', ')} from Debian's packages`);
  await withoutStartingDaemons(async () => {
    // The package lists of a fresh machine are often empty or old: refresh them when the first try fails.
    if ((await aptGet('install', ...missing)).code === 0) return;
    await aptGet('update');
    const { code, output } = await aptGet('install', ...missing);
    if (code !== 0)
      throw new Error(
        `apt-get install ${missing.join(' ')} failed:\n${output.trim().split('\n').slice(-8).join('\n')}`,
      );
  });
  progress.done(`installed ${missing.join(', ')}`);
}

const aptGet = (command: string, ...names: string[]) =>
  runCommand(
    ['apt-get', command, '--yes', '--quiet', ...(command === 'install' ? ['--no-install-recommends'] : []), ...names],
    {
      env: { ...(process.env as Record<string, string>), DEBIAN_FRONTEND: 'noninteractive' },
    },
  );

async function withoutStartingDaemons(work: () => Promise<void>): Promise<void> {
  const ownPolicy = !existsSync(policyFile);
  if (ownPolicy)
    writeFileSync(policyFile, '#!/bin/sh\n# Written by npm start for the time of one installation.\nexit 101\n', {
      mode: 0o755,
    });
  const remove = (): void => {
    if (ownPolicy) rmSync(policyFile, { force: true });
  };
  process.once('exit', remove);
  try {
    await work();
  } finally {
    remove();
    process.off('exit', remove);
  }
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
