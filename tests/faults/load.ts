import { setTimeout as sleep } from 'node:timers/promises';
import { type AnyAnswer, api, freshEmail } from '../e2e/system.ts';

const CONCURRENCY = 32;
export const content = { title: 'T', body: 'B' };

export type Request = Record<string, unknown>;

/** A known set of notifications. */
export interface LoadPlan {
  total: number;
  /** Default: one email, to an address that nobody else has. */
  requestOf?: (index: number) => Request;
  /** Requests leave evenly over this time; default: as fast as they are answered, 32 at a time. */
  overMs?: number;
  /** The part of the requests after which the fault strikes; default a third. */
  strikeAt?: number;
}

/** What became of it: the ids that were accepted, and every answer that was not a 202. */
export interface Load {
  accepted: string[];
  refused: AnyAnswer[];
  /** The gateway itself was gone: the client never got an answer. */
  unanswered: number;
  startedAt: Date;
}

export const toEmail = (): Request => ({ to: { email: freshEmail() }, content });

/** Runs `work` for 0 to `total` - 1, 32 at a time. */
export async function forEach(total: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < total) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/**
 * Sends what is planned, and calls `strike` once a part of it is on the way. Resolves when every request has its answer.
 * @param strike must not throw.
 */
export async function sendLoad(
  { total, requestOf = toEmail, overMs = 0, strikeAt = 1 / 3 }: LoadPlan,
  strike: () => void = () => {},
): Promise<Load> {
  const load: Load = { accepted: [], refused: [], unanswered: 0, startedAt: new Date() };
  const strikesAt = Math.floor(total * strikeAt);
  await forEach(total, async (index) => {
    const leavesAt = load.startedAt.getTime() + (index * overMs) / total;
    if (leavesAt > Date.now()) await sleep(leavesAt - Date.now());
    if (index === strikesAt) strike();
    try {
      const answer = await api('POST', '/api/v1/notifications', requestOf(index));
      if (answer.status === 202) load.accepted.push(answer.body.notification_id);
      else load.refused.push(answer);
    } catch {
      load.unanswered += 1;
    }
  });
  return load;
}
