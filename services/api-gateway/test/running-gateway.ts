import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestBroker, createTestDatabase, eventually, findFreePort, testRedisUrl } from '@notify/testing';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export const API_KEY = `nk_test_bootstrap_${'secretOfTheKey'.repeat(4)}`;
export const SERVICE_TOKEN_SECRET = 'secret-of-the-service-tokens-'.repeat(2);

export interface RunningGateway {
  url: string;
  port: number;
  pid: number;
  databaseUrl: string;
  brokerUrl: string;
  /** Of its broker. */
  vhost: string;
  /** Everything that it has logged, at level debug. */
  logged(): string;
  /** Sends SIGTERM. @returns the exit code. */
  terminate(): Promise<number>;
  drop(): Promise<void>;
}

/** The gateway as its image starts it: a process of its own, secrets in files. Of the other services none is there. */
export async function runGateway(settings: Record<string, string> = {}): Promise<RunningGateway> {
  const [database, broker, port] = await Promise.all([createTestDatabase(), createTestBroker(), findFreePort()]);
  const folder = mkdtempSync(join(tmpdir(), 'gateway-secrets-'));
  const secrets = { API_KEY, SERVICE_TOKEN_SECRET, DATABASE_URL: database.url };
  const files = Object.entries(secrets).map(([key, value]): [string, string] => {
    const file = join(folder, key);
    writeFileSync(file, `${value}\n`, { mode: 0o600 });
    return [`${key}_FILE`, file];
  });
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env['PATH'],
      ...Object.fromEntries(files),
      RABBITMQ_URL: broker.url,
      REDIS_URL: testRedisUrl(),
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'debug',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      log += data;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(`the gateway ended: ${log}`);
    return (await fetch(`${url}/health/ready`)).status === 200;
  }, 30_000);
  return {
    url,
    port,
    pid: child.pid as number,
    databaseUrl: database.url,
    brokerUrl: broker.url,
    vhost: broker.vhost,
    logged: () => log,
    async terminate() {
      child.kill('SIGTERM');
      const [code] = await ended;
      return code as number;
    },
    async drop() {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
      await database.drop();
      await broker.drop();
    },
  };
}
