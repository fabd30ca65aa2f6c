import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import type { HttpRequest } from './pipeline.ts';
import { evenSchedule } from './schedule.ts';

const CONNECTIONS = 64;
const TIMEOUT_MS = 30_000;

/** What became of the requests, in the order in which they were sent. Times are Unix times in milliseconds, with fractions. */
export interface Driven {
  startedAtMs: number;
  /** When each should have been sent: a wait for a free connection counts. */
  intendedAtMs: Float64Array;
  /** NaN where the answer was not 202. */
  acceptedAtMs: Float64Array;
  refused: number;
}

export interface Driver {
  /** As fast as answers come: each connection asks again once it has its answer. */
  saturate(count: number): Promise<Driven>;
  /** At a fixed rate, however slow the answers are. */
  keepRate(ratePerSecond: number, count: number): Promise<Driven>;
  close(): Promise<void>;
}

/** 64 kept connections to `origin`. `requestOf` makes the n-th request of a run. */
export function createDriver(origin: string, requestOf: (index: number) => HttpRequest): Driver {
  const pool = new Pool(origin, { connections: CONNECTIONS, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  const emptyRun = (count: number): Driven & { now(): number } => {
    // Fractions of a millisecond, on the clock of the servers.
    const offsetMs = Date.now() - performance.now();
    return {
      now: () => performance.now() + offsetMs,
      startedAtMs: Date.now(),
      intendedAtMs: new Float64Array(count),
      acceptedAtMs: new Float64Array(count).fill(Number.NaN),
      refused: 0,
    };
  };

  async function ask(index: number, run: ReturnType<typeof emptyRun>): Promise<void> {
    try {
      const { statusCode, body } = await pool.request({ method: 'POST', ...requestOf(index) });
      await body.dump();
      if (statusCode === 202) run.acceptedAtMs[index] = run.now();
      else run.refused += 1;
    } catch {
      run.refused += 1;
    }
  }

  return {
    async saturate(count) {
      const run = emptyRun(count);
      let next = 0;
      const connection = async (): Promise<void> => {
        while (next < count) {
          const index = next++;
          run.intendedAtMs[index] = run.now();
          await ask(index, run);
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, connection));
      return run;
    },
    async keepRate(ratePerSecond, count) {
      const run = emptyRun(count);
      const schedule = evenSchedule(ratePerSecond, count);
      const asked: Promise<void>[] = [];
      const startMs = run.now();
      while (asked.length < count) {
        const due = schedule.dueCount(run.now() - startMs);
        for (let index = asked.length; index < due; index += 1) {
          run.intendedAtMs[index] = startMs + schedule.dueAtMs(index);
          asked.push(ask(index, run));
        }
        await sleep(1);
      }
      await Promise.all(asked);
      return run;
    },
    close: () => pool.close(),
  };
}
