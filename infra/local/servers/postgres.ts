import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataDir, type Instance } from '../instance.ts';
import { findProcesses } from '../instance-processes.ts';
import { projectDir } from '../paths.ts';
import { baseEnvironment } from '../process-environment.ts';
import type { ProcessSpec } from '../process-spec.ts';
import { runCommand } from '../run-command.ts';
import { asServerUser, serverUser } from './server-user.ts';

export type PostgresServer = {
  readonly name: 'postgres-user' | 'postgres-template' | 'postgres-core';
  readonly portKey: 'postgres_user' | 'postgres_template' | 'postgres_core';
  /** The setting that holds the password of this server's roles. */
  readonly passwordSetting: string;
  /** One role and one database for each: `gateway` -> role gateway_service, database gateway_db. */
  readonly databases: readonly string[];
};

/** Makes one service's role and database, for docker-compose.yml too. */
const databaseSqlFile = join(projectDir, 'infra', 'postgres', 'database.sql');

/** Which server holds which database. */
export const postgresServers: readonly PostgresServer[] = [
  { name: 'postgres-user', portKey: 'postgres_user', passwordSetting: 'USER_DB_PASSWORD', databases: ['user'] },
  {
    name: 'postgres-template',
    portKey: 'postgres_template',
    passwordSetting: 'TEMPLATE_DB_PASSWORD',
    databases: ['template'],
  },
  {
    name: 'postgres-core',
    portKey: 'postgres_core',
    passwordSetting: 'CORE_DB_PASSWORD',
    databases: ['gateway', 'status', 'in_app', 'webhook'],
  },
];

// Modest on purpose: three servers share a small machine with everything else.
const serverSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

/** The folder with PostgreSQL's programs, the newest version when there are several; undefined when there is none. */
export function findPostgresPrograms(): string | undefined {
  const base = '/usr/lib/postgresql';
  const versions = existsSync(base) ? readdirSync(base).map(Number) : [];
  return versions
    .sort((a, b) => b - a)
    .map((version) => join(base, String(version), 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'psql')));
}

/** One PostgreSQL server on the loopback, with scram passwords, its roles and its databases. */
export function postgresSpec(instance: Instance, server: PostgresServer): ProcessSpec {
  const programs = findPostgresPrograms() ?? '';
  const folder = join(dataDir(instance.dir), server.name);
  const port = instance.ports[server.portKey];
  const tlsSettings = instance.tls && { ssl: 'on', ssl_cert_file: 'server.pem', ssl_key_file: 'server.key' };
  const options = Object.entries({ ...serverSettings, ...tlsSettings }).flatMap(([key, value]) => [
    '-c',
    `${key}=${value}`,
  ]);

  const runPsql = (args: readonly string[], env: Record<string, string> = {}) =>
    runCommand(
      [
        join(programs, 'psql'),
        ...['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', 'postgres', '-X', '-q'],
        ...['-v', 'ON_ERROR_STOP=1', ...args],
      ],
      {
        cwd: '/',
        env: {
          ...baseEnvironment(),
          PGPASSWORD: readSuperuserPassword(instance, server),
          PGCONNECT_TIMEOUT: '2',
          ...env,
        },
      },
    );

  return {
    name: server.name,
    kind: 'server',
    port,
    wave: 0,
    command: asServerUser([join(programs, 'postgres'), '-D', folder, '-p', String(port), ...options]),
    cwd: folder,
    env: baseEnvironment(),
    prepare: async () => {
      if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(programs, folder, instance, server);
      if (instance.tls !== undefined) copyCertificate(instance.tls.folder, folder);
      // After a power cut the process id in this file may belong to somebody else, and PostgreSQL would refuse to start.
      if (findProcesses(instance.dir, server.name).length === 0)
        rmSync(join(folder, 'postmaster.pid'), { force: true });
    },
    isReady: async () => (await runPsql(['-c', 'select 1'])).code === 0,
    setUp: async () => {
      // The password follows .env at each start.
      const password = { DB_PASSWORD: instance.settings[server.passwordSetting] ?? '' };
      for (const name of server.databases) {
        const variables = ['-v', `role=${name}_service`, '-v', `database=${name}_db`];
        const { code, output } = await runPsql([...variables, '-f', databaseSqlFile], password);
        if (code !== 0) throw new Error(`${name}_db could not be made on ${server.name}: ${output.trim()}`);
      }
    },
    // "Fast": ends the connections instead of waiting for them.
    stopSignal: 'SIGINT',
  };
}

/** The address of a service's own database. */
export function databaseUrl({ ports, settings }: Pick<Instance, 'ports' | 'settings'>, database: string): string {
  const server = postgresServers.find(({ databases }) => databases.includes(database));
  if (server === undefined) throw new Error(`No server holds a database for ${database}.`);
  const password = encodeURIComponent(settings[server.passwordSetting] ?? '');
  return `postgres://${database}_service:${password}@127.0.0.1:${ports[server.portKey]}/${database}_db`;
}

/** The address of a server for its superuser: for tests, which make databases of their own. */
export function superuserUrl(instance: Instance, name: PostgresServer['name']): string {
  const server = postgresServers.find((candidate) => candidate.name === name) as PostgresServer;
  return `postgres://postgres:${readSuperuserPassword(instance, server)}@127.0.0.1:${instance.ports[server.portKey]}/postgres`;
}

async function initialise(programs: string, folder: string, instance: Instance, server: PostgresServer): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const password = randomBytes(24).toString('hex');
  const passwordFile = superuserFile(instance, server);
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const { uid, gid } = serverUser();
  for (const path of [folder, passwordFile]) chownSync(path, uid, gid);
  const { code, output } = await runCommand(
    asServerUser([
      join(programs, 'initdb'),
      ...['-D', folder, '--username=postgres', `--pwfile=${passwordFile}`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8'],
    ]),
    { cwd: folder, env: baseEnvironment() },
  );
  if (code !== 0) throw new Error(`initdb of ${server.name} failed: ${output.trim()}`);
}

// PostgreSQL takes no key that others may read.
function copyCertificate(from: string, to: string): void {
  const { uid, gid } = serverUser();
  for (const name of ['server.pem', 'server.key']) {
    const path = join(to, name);
    writeFileSync(path, readFileSync(join(from, name)), { mode: 0o600 });
    chownSync(path, uid, gid);
  }
}

const superuserFile = (instance: Instance, server: PostgresServer): string =>
  join(dataDir(instance.dir), `${server.name}.superuser`);

const readSuperuserPassword = (instance: Instance, server: PostgresServer): string =>
  readFileSync(superuserFile(instance, server), 'utf8').trim();
