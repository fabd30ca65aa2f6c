import { Redis } from 'ioredis';
import { whyNoSignals } from '../e2e/running-processes.ts';
import { closeAllConnections } from './broker.ts';
import { type FaultCase, faultCase } from './fault-case.ts';
import { freeze, keepDown, killAndWait, restartAndWait } from './strikes.ts';

const skipped = whyNoSignals();
const postgres = (options: Omit<FaultCase, 'group'>) => faultCase({ group: 'PostgreSQL', skipped, ...options });
const redis = (options: Omit<FaultCase, 'group'>) => faultCase({ group: 'Redis', ...options });

/** What a worker may hold of one lane. */
const PREFETCH = 32;

postgres({
  fault: "the record's server killed in the middle of transactions",
  load: { total: 1_000 },
  strike: () => killAndWait('postgres-core'),
  expects: 'maybe refusals',
});

postgres({
  fault: "the record's server restarted in good order",
  load: { total: 1_000, overMs: 8_000 },
  // "Fast": ends the connections, and rolls their transactions back.
  strike: () => restartAndWait('postgres-core', 'SIGINT'),
  expects: 'maybe refusals',
});

postgres({
  fault: "the record's server down for 10 s",
  load: { total: 600, overMs: 15_000 },
  strike: () => keepDown('postgres-core', 10_000),
  expects: 'maybe refusals',
});

redis({ fault: 'killed (SIGKILL)', skipped, load: { total: 1_000 }, strike: () => killAndWait('redis') });

redis({
  fault: 'down for 10 s',
  skipped,
  load: { total: 600, overMs: 15_000 },
  strike: () => keepDown('redis', 10_000),
});

redis({
  fault: 'hangs for 10 s',
  skipped,
  load: { total: 600, overMs: 15_000 },
  strike: () => freeze('redis', 10_000),
});

redis({ fault: 'FLUSHALL: every claim is gone', load: { total: 1_000 }, strike: flushAll });

redis({
  fault: 'FLUSHALL, and every message in hand is delivered again',
  load: { total: 1_000, overMs: 10_000 },
  async strike() {
    await Promise.all([closeAllConnections(), flushAll()]);
  },
  expects: 'maybe refusals',
  // Whatever was sent and not yet acknowledged has lost its claim.
  allowedDuplicates: PREFETCH,
  alsoExpect: () => `allowed: the ${PREFETCH} messages that the worker may hold of the lane`,
});

async function flushAll(): Promise<void> {
  const client = new Redis(process.env['E2E_REDIS_URL'] ?? '');
  await client.flushall();
  client.disconnect();
}
