import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { BareEnvironment, Ready } from './bare/bare-process.ts';
import type { Pipeline } from './pipeline.ts';

const PROCESSES = ['record', 'worker', 'accept'] as const;

const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS bare_notifications (
  id uuid PRIMARY KEY,
  vendor text NOT NULL,
  provider_message_id text NOT NULL,
  accepted_at timestamptz NOT NULL,
  handed_over_at timestamptz NOT NULL
)`;

export interface BareServers {
  rabbitmqUrl: string;
  /** A database in which it makes its table. */
  databaseUrl: string;
  /** The sandbox's HTTP address, and its mail server's port. */
  twilioUrl: string;
  smtpPort: number;
}

/**
 * The least that does the same job, in three processes: accept (express, joi, one confirmed publish), worker (one vendor call, one
 * confirmed event), record (batched inserts). No authentication, limits, idempotency, enrichment, retries or failover.
 */
export function createBarePipeline({ rabbitmqUrl, databaseUrl, twilioUrl, smtpPort }: BareServers): Pipeline {
  const environment: BareEnvironment = {
    BARE_RABBITMQ_URL: rabbitmqUrl,
    BARE_DATABASE_URL: databaseUrl,
    BARE_TWILIO_URL: twilioUrl,
    BARE_SMTP_PORT: String(smtpPort),
  };
  const children = new Map<string, ChildProcess>();
  let database: pg.Client | undefined;

  async function startProcess(name: (typeof PROCESSES)[number]): Promise<Ready> {
    const child = fork(fileURLToPath(new URL(`bare/${name}.ts`, import.meta.url)), {
      env: { ...process.env, ...environment },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    children.set(name, child);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the bare pipeline's ${name} ended with ${code} before it was ready`);
    });
    const [ready] = (await Promise.race([once(child, 'message'), ended])) as [Ready];
    ended.catch(() => {});
    return ready;
  }

  return {
    name: 'bare',
    async start() {
      database = new pg.Client({ connectionString: databaseUrl });
      // A lost connection shows in the next question; without a listener it would end this process.
      database.on('error', () => {});
      await database.connect();
      await database.query(CREATE_TABLE);
      let port: number | undefined;
      for (const name of PROCESSES) ({ port } = await startProcess(name));
      return `http://127.0.0.1:${port}`;
    },
    requestFor: (vendor, message) => ({
      path: '/notifications',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ vendor, ...message }),
    }),
    async countRecorded(sinceMs) {
      const since = new Date(sinceMs);
      const text = 'SELECT count(*)::integer AS count FROM bare_notifications WHERE accepted_at >= $1';
      return (await database?.query<{ count: number }>(text, [since]))?.rows[0]?.count ?? 0;
    },
    processIds: () => Object.fromEntries([...children].map(([name, child]) => [`bare ${name}`, child.pid as number])),
    assertAlive() {
      for (const [name, { exitCode, signalCode }] of children) {
        if (exitCode !== null || signalCode !== null) throw new Error(`the bare pipeline's ${name} died`);
      }
    },
    async stop() {
      const ended = [...children.values()]
        .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
        .map((child) => {
          const exit = once(child, 'exit');
          child.kill('SIGKILL');
          return exit;
        });
      await Promise.all(ended);
      children.clear();
      await database?.end();
      database = undefined;
    },
  };
}
