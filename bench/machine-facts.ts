import { availableParallelism, cpus, totalmem } from 'node:os';
import pg from 'pg';

/** What the absolute figures depend on. */
export interface MachineFacts {
  cores: number;
  cpu: string;
  memory_gb: number;
  node: string;
  rabbitmq: string;
  postgresql: string;
}

/** @throws when a server does not answer. */
export async function readMachineFacts(managementUrl: string, databaseUrl: string): Promise<MachineFacts> {
  const { username, password, origin } = new URL(managementUrl);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const answer = await fetch(`${origin}/api/overview`, { headers: { authorization } });
  const { rabbitmq_version } = (await answer.json()) as { rabbitmq_version: string };
  const database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ server_version: string }>('SHOW server_version');
  await database.end();
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: process.version.slice(1),
    rabbitmq: rabbitmq_version,
    postgresql: rows[0]?.server_version.split(' ')[0] ?? 'unknown',
  };
}
