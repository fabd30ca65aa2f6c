import type pg from 'pg';
import { dependencyError } from './dependency-error.ts';
import type { Lifecycle } from './lifecycle.ts';
import { errorFields, type Logger } from './logger.ts';
import { TLS_FAILURE_CODE } from './tls-failure.ts';

export type Database = pg.Pool;
export type DatabaseClient = pg.PoolClient;

export interface DatabaseOptions {
  /** With `?sslmode=verify-full` encrypted, and only to a server whose certificate names the host. */
  url: string;
  poolSize: number;
  /** A folder of `000001_<what>.sql` files. */
  migrationsDir: string;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** No statement of a service may take longer: it would hold the pool. */
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * Opens a pool and brings the schema up to date. Several instances may start at once: a lock lets one migrate.
 * @throws when the database can't be reached or a migration fails; the service then fails to start.
 */
export async function openDatabase(options: DatabaseOptions, logger: Logger, lifecycle: Lifecycle): Promise<Database> {
  // Loaded only by the services that have a database: the others are smaller for it.
  const { Pool } = (await import('pg')).default;
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolSize,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    // For a server that has stopped answering, and so enforces nothing.
    query_timeout: STATEMENT_TIMEOUT_MS + 2_000,
    keepAlive: true,
  });
  // An idle connection that the server closes is not an event worth dying for: the pool opens another.
  pool.on('error', (error) => logger.warn('database connection lost', errorFields(error)));
  // One that dies while it is lent out tells it twice: its query fails, and the client emits an error that would end
  // the process if nobody listened.
  pool.on('connect', (client) => client.on('error', () => {}));
  lifecycle.onShutdown('database', () => pool.end());
  const { runner } = await import('node-pg-migrate');
  try {
    await runner({
      databaseUrl: options.url,
      dir: options.migrationsDir,
      direction: 'up',
      migrationsTable: 'migrations',
      count: Number.POSITIVE_INFINITY,
      // Instances that start together: one migrates, the others wait for it.
      advisoryLockMode: 'wait',
      log: () => {},
    });
  } catch (error) {
    throw dependencyError('PostgreSQL', options.url, error);
  }
  return pool;
}

/** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
export async function inTransaction<T>(database: Database, work: (client: DatabaseClient) => Promise<T>): Promise<T> {
  const client = await database.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    // A client whose rollback fails is broken: `release(true)` throws it away.
    const isBroken = await client.query('ROLLBACK').then(
      () => false,
      () => true,
    );
    client.release(isBroken);
    throw error;
  }
}

/** PostgreSQL's classes of codes, and the system's codes. A container that is down has no name either. */
const CONNECTION_LOST = /^(08|57P0|53|ECONN|ETIMEDOUT$|EPIPE$|EHOST|ENETUNREACH$|ENOTFOUND$|EAI_AGAIN$)/;

/** The database is away, overloaded or shows a certificate that does not hold, and the same statement may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== undefined) return CONNECTION_LOST.test(code) || TLS_FAILURE_CODE.test(code);
  return /connection (terminated|timeout)|timeout exceeded when trying to connect|Client has encountered|Query read timeout|not support SSL/i.test(
    error.message,
  );
}
