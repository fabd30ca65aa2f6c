import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { laneQueue } from '@notify/contracts';
import { percentilesOf } from '../../bench/percentiles.ts';
import { api, arrived, freshPhone, injectFault } from '../e2e/system.ts';
import { depthOf } from './broker.ts';
import type { FaultCase } from './fault-case.ts';
import { content } from './load.ts';
import { ARRIVALS_LIMIT } from './verify.ts';

/** They leave one by one, so that they don't wait for each other. */
const CRITICAL_EVERY_MS = 50;
const P99_LIMIT_MS = 1_000;
/** A real vendor takes its time; without it the low ones would not wait at all. */
const VENDOR_LATENCY_MS = 50;
const LOW_LANE = laneQueue('sms', 'low');
const COLLECT_EVERY_MS = 4_000;
/** More than usually arrive in that time, and little enough to read that the vendor goes on answering. */
const COLLECT_LIMIT = 8_000;

/** Critical notifications sent while a flood of low ones waits for the same vendor. */
export function flood({ low, critical }: { low: number; critical: number }): FaultCase {
  const collector = collectArrivals();
  let waiting = { first: 0, last: 0 };
  let latenciesMs: number[] = [];
  return {
    group: 'Priorities',
    fault: `${critical} critical ones behind ${low.toLocaleString('en')} low ones`,
    async load() {
      await injectFault({ provider: 'twilio', kind: 'slow', latency_ms: VENDOR_LATENCY_MS });
      collector.start();
      const requestOf = () => ({ to: { phone: freshPhone() }, content, priority: 'low' });
      return { total: low, requestOf, strikeAt: 0.98 };
    },
    async strike() {
      await collector.pausedDuring(async () => {
        const first = await depthOf(LOW_LANE);
        latenciesMs = await sendCritical(critical);
        waiting = { first, last: await depthOf(LOW_LANE) };
      });
    },
    countCopies: () => collector.copies(),
    alsoExpect() {
      // Otherwise nothing was overtaken.
      expect(waiting.last).toBeGreaterThan(0);
      const { p50, p99 } = percentilesOf(latenciesMs);
      expect(p99).toBeLessThan(P99_LIMIT_MS);
      return `from accepted to the vendor p50 ${p50} ms, p99 ${p99} ms, while ${waiting.first} to ${waiting.last} low ones waited; the vendor takes ${VENDOR_LATENCY_MS} ms`;
    },
  };
}

/** @returns how long each took from its acceptance until the vendor had it, in milliseconds. */
async function sendCritical(total: number): Promise<number[]> {
  const acceptedAt = new Map<string, number>();
  for (let index = 0; index < total; index += 1) {
    const request = { to: { phone: freshPhone() }, content, priority: 'critical' };
    const { body } = await api('POST', '/api/v1/notifications', request);
    acceptedAt.set(body.notification_id, Date.parse(body.created_at));
    await sleep(CRITICAL_EVERY_MS);
  }
  // Those that take longer than a poll fail the limit anyway, but are to be measured.
  const latenciesMs: number[] = [];
  for (const [id, sinceMs] of acceptedAt) latenciesMs.push((await arrivalOf(id)) - sinceMs);
  return latenciesMs;
}

async function arrivalOf(id: string): Promise<number> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const [message] = await arrived({ notification_id: id });
    if (message !== undefined) return Date.parse(message.received_at);
    if (Date.now() > deadline) return Number.POSITIVE_INFINITY;
    await sleep(100);
  }
}

/** Reads what arrived while it arrives: there is more of it than the sandbox keeps. */
function collectArrivals() {
  const notificationOf = new Map<string, string | null>();
  let isPaused = false;
  let isOver = false;

  /** The newest ones, back to one that is known. @throws when some were missed. */
  async function collect(limit = COLLECT_LIMIT): Promise<void> {
    const newest = await arrived({ limit: String(limit) });
    const isConnected = newest.length < limit || newest.some(({ id }) => notificationOf.has(id));
    if (!isConnected && limit === ARRIVALS_LIMIT) throw new Error('more arrived than the sandbox keeps');
    if (!isConnected) return collect(ARRIVALS_LIMIT);
    for (const message of newest) notificationOf.set(message.id, message.notification_id);
  }

  return {
    start() {
      void (async () => {
        while (!isOver) {
          // What fails now, the next time catches up with.
          if (!isPaused) await collect().catch(() => {});
          await sleep(COLLECT_EVERY_MS);
        }
      })();
    },
    /** Reading takes the sandbox time, which would count as the vendor's. */
    async pausedDuring(work: () => Promise<void>) {
      isPaused = true;
      await work();
      isPaused = false;
    },
    async copies() {
      isOver = true;
      await collect();
      const copies = new Map<string, number>();
      for (const id of notificationOf.values()) {
        if (id !== null) copies.set(id, (copies.get(id) ?? 0) + 1);
      }
      return copies;
    },
  };
}
